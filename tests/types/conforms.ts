// The package is the contract that it is written against (contract.d.ts), and more.

import type * as contract from "./contract.js";
import type * as oodgate from "oodgate";

/** Compiles when a value of type B can be used where an A is wanted. */
const takes = <A>() => <B extends A>(): B | undefined => undefined;
// What callers hand over: all that the contract allows is taken, and no key of it is unknown.
takes<oodgate.Features>()<contract.Features>();
takes<oodgate.Labels>()<contract.Labels>();
takes<oodgate.HeadOptions>()<contract.HeadOptions>();
takes<keyof oodgate.HeadOptions>()<keyof contract.HeadOptions>();
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
takes<contract.Explanation>()<oodgate.Explanation>();
takes<contract.Monitor>()<oodgate.Monitor>();
takes<oodgate.RowOptions>()<contract.RowOptions>();
takes<contract.Backend>()<oodgate.Backend>();
// Codes may be added to.
takes<Omit<contract.OodgateError, "code">>()<oodgate.OodgateError>();
takes<contract.Head>()<oodgate.Head>();
takes<(options: contract.HeadOptions) => Promise<contract.Head>>()<typeof oodgate.createHead>();
takes<typeof contract.init>()<typeof oodgate.init>();
takes<typeof contract.loadHead>()<typeof oodgate.loadHead>();
takes<typeof contract.metrics>()<typeof oodgate.metrics>();

// Nothing that it exports and no code is missing.
takes<keyof typeof oodgate>()<keyof typeof contract>();
takes<oodgate.ErrorCode>()<contract.ErrorCode>();
