// The package is the contract that it is written against (contract.d.ts), and more.

import type * as contract from "./contract.js";
import type * as oodgate from "oodgate";

/** What of the contract is still to come. An entry that has come must leave its list. */
type ToCome = { exports: "loadHead"; head: "save" | "exportOnnx"; headOptions: "worker"; errorCode: "invalid-file" };

/** Compiles when a value of type B can be used where an A is wanted. */
const takes = <A>() => <B extends A>(): B | undefined => undefined;
/** Compiles when the list of what is still to come names nothing that is there already. */
const stillToCome = <Left extends string, There>(_: Left & There extends never ? "to come" : "it has come"): Left | undefined => undefined;

type Head = Omit<contract.Head, ToCome["head"]>;

// What callers hand over: all that the contract allows is taken, and no key of it is unknown.
takes<oodgate.Features>()<contract.Features>();
takes<oodgate.Labels>()<contract.Labels>();
takes<oodgate.HeadOptions>()<contract.HeadOptions>();
takes<keyof oodgate.HeadOptions>()<Exclude<keyof contract.HeadOptions, ToCome["headOptions"]>>();
takes<oodgate.LossOptions>()<contract.LossOptions>();
takes<oodgate.OptimizerOptions>()<contract.OptimizerOptions>();
takes<oodgate.FitOptions>()<contract.FitOptions>();
takes<keyof oodgate.FitOptions>()<keyof contract.FitOptions>();
takes<oodgate.Scorer>()<contract.Scorer>();
takes<oodgate.ScorerName>()<contract.ScorerName>();
takes<oodgate.LogitScorer>()<contract.LogitScorer>();
takes<oodgate.FittedScorer>()<contract.FittedScorer>();
takes<Parameters<typeof oodgate.init>>()<Parameters<typeof contract.init>>();

// What callers get back.
takes<contract.StepResult>()<oodgate.StepResult>();
takes<contract.EpochProgress>()<oodgate.EpochProgress>();
takes<contract.FitResult>()<oodgate.FitResult>();
takes<contract.Prediction>()<oodgate.Prediction>();
takes<contract.Calibration>()<oodgate.Calibration>();
takes<contract.GateResult>()<oodgate.GateResult>();
takes<contract.Evaluation>()<oodgate.Evaluation>();
takes<contract.Backend>()<oodgate.Backend>();
takes<contract.OodgateError>()<oodgate.OodgateError>();
takes<Head>()<oodgate.Head>();
takes<(options: contract.HeadOptions) => Promise<Head>>()<typeof oodgate.createHead>();
takes<typeof contract.init>()<typeof oodgate.init>();
takes<typeof contract.metrics>()<typeof oodgate.metrics>();

// Nothing that it exports and no code is missing.
takes<keyof typeof oodgate>()<Exclude<keyof typeof contract, ToCome["exports"]>>();
takes<oodgate.ErrorCode>()<Exclude<contract.ErrorCode, ToCome["errorCode"]>>();

stillToCome<ToCome["exports"], keyof typeof oodgate>("to come");
stillToCome<ToCome["head"], keyof oodgate.Head>("to come");
stillToCome<ToCome["headOptions"], keyof oodgate.HeadOptions>("to come");
stillToCome<ToCome["errorCode"], oodgate.ErrorCode>("to come");
