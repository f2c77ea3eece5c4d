import type { ScorerName } from "oodgate";
import table from "oodgate/scorers.json";
import { text } from "../../shared/ui/texts";
import { say } from "./say";
import { germanScorers } from "./texts/german-scorers";

interface ScorerText {
  /** For people. */
  readonly name: string;
  /** What it looks at. Every score is turned so that higher = more unfamiliar. */
  readonly about: string;
  /** What it has to know besides the sentence. */
  readonly needs: string;
}

/** The page's own words; a scorer without any is described as the package does. */
const words: Readonly<Partial<Record<ScorerName, ScorerText>>> = {
  auto: {
    name: "Automatic",
    about:
      "Combines several: how unsure the head is, and how far the sentence lies from the training sentences. The package’s documentation says how.",
    needs: "Needs means, covariances and neighbours among the training sentences.",
  },
  msp: {
    name: "Max probability (MSP)",
    about: "Minus the probability of the predicted intent. The classic baseline.",
    needs: "Needs logits only.",
  },
  maxLogit: {
    name: "Max logit",
    about: "Minus the largest output, before it is made a probability.",
    needs: "Needs logits only.",
  },
  energy: {
    name: "Energy",
    about:
      "A soft maximum of all outputs, negated. It depends on their size, which LogitNorm leaves undetermined: it can fall below guessing there.",
    needs: "Needs logits only.",
  },
  entropy: {
    name: "Entropy",
    about: "How evenly the probability is spread over the intents, in nats.",
    needs: "Needs logits only.",
  },
  gen: {
    name: "Generalised entropy (GEN)",
    about: "Entropy with more weight on small probabilities, over the most probable intents.",
    needs: "Needs logits only.",
  },
  maxCosine: {
    name: "Max cosine",
    about:
      "How clearly one output stands out, whatever the size of all of them: minus the largest output divided by their length.",
    needs: "Needs logits only.",
  },
  gradNorm: {
    name: "Gradient norm",
    about:
      "Minus the size of the push that training towards all intents at once would give the last layer: strong for familiar inputs.",
    needs: "Needs logits and what goes into the last layer.",
  },
  odin: {
    name: "ODIN",
    about:
      "Minus the largest probability, softened, after a small step of the sentence’s numbers towards the answer.",
    needs: "Asks the whole head twice.",
  },
  klMatching: {
    name: "KL matching",
    about: "How far the probabilities are from those typical of the nearest intent.",
    needs: "Needs the typical probabilities of each intent.",
  },
  knn: {
    name: "Nearest neighbours (kNN)",
    about: "Distance to the 50th nearest training sentence.",
    needs: "Compares with all training sentences.",
  },
  mahalanobis: {
    name: "Mahalanobis distance",
    about: "Distance to the nearest intent’s mean, measured in the spread that intents have.",
    needs: "Needs the mean of each intent and one covariance.",
  },
  rmd: {
    name: "Relative Mahalanobis (RMD)",
    about: "The same distance, less the distance to the mean of everything.",
    needs: "Needs the mean of each intent and two covariances.",
  },
  gda: {
    name: "Density of each intent (GDA)",
    about: "How rare the sentence is within its nearest intent, each with a spread of its own.",
    needs: "Needs the mean and the variances of each intent.",
  },
  vim: {
    name: "ViM",
    about:
      "What the main directions of the training sentences leave over, against the energy of the outputs.",
    needs: "Needs logits and the main directions of the training sentences.",
  },
  residual: {
    name: "Residual",
    about: "What the main directions of the training sentences leave over, alone.",
    needs: "Needs the main directions of the training sentences.",
  },
  she: {
    name: "Stored patterns (SHE)",
    about: "How unlike the sentence is to the stored pattern of the predicted intent.",
    needs: "Needs the mean of each intent, over sentences answered correctly.",
  },
  nnGuide: {
    name: "Neighbour guidance (NNGuide)",
    about:
      "The energy, weighed by how like the sentence is to its nearest training sentences and by their energies.",
    needs: "Compares with all training sentences.",
  },
  fdbd: {
    name: "Decision boundaries (fDBD)",
    about:
      "How near the answer is to changing, in units of the distance from the training sentences’ centre.",
    needs: "Needs the mean of the training sentences.",
  },
  nci: {
    name: "Neural collapse (NCI)",
    about:
      "How little the sentence points along the predicted intent’s weights, seen from the training sentences’ centre.",
    needs: "Needs the mean of the training sentences.",
  },
  react: {
    name: "ReAct",
    about:
      "The energy after unusually large inputs of the last layer are cut. Made for heads with a hidden layer.",
    needs: "Needs one percentile over the training sentences.",
  },
  dice: {
    name: "DICE",
    about:
      "The energy of a last layer that keeps its most useful weights only. Made for heads with a hidden layer.",
    needs: "Needs the mean of the training sentences.",
  },
  ash: {
    name: "ASH",
    about: "The energy after all but the largest inputs of the last layer are dropped.",
    needs: "Needs inputs of the last layer that are never negative: a hidden layer.",
  },
  scale: {
    name: "SCALE",
    about: "The energy after the sentence is scaled by how much of it lies in its largest inputs.",
    needs: "Needs inputs of the last layer that are never negative: a hidden layer.",
  },
};

const needHiddenLayer: readonly ScorerName[] = ["ash", "scale"];

/** The names in the package's table with these needs, in its order. */
const namesWith = (isWanted: (needs: string) => boolean): readonly ScorerName[] =>
  table
    .filter(({ name, needs }) => name !== "auto" && isWanted(needs))
    .map(({ name }) => name as ScorerName);

/** Of these an ONNX model holds training rows. */
export const searchingScorers: readonly ScorerName[] = ["auto", "knn", "nnGuide"];

const logitScorers = namesWith((needs) => needs !== "trainingRows");

/** All scorers, by what they need. A group without a name stands alone. */
export const scorerGroups: readonly {
  readonly name?: string;
  readonly scorers: readonly ScorerName[];
  readonly hidden?: boolean;
}[] = [
  { scorers: ["auto"] },
  { name: say("Needs only the head’s answer"), scorers: logitScorers },
  {
    name: say("Compares with the training sentences"),
    scorers: namesWith((needs) => needs === "trainingRows").filter(
      (name) => !needHiddenLayer.includes(name),
    ),
  },
  { name: say("Needs a head with a hidden layer"), scorers: needHiddenLayer, hidden: true },
];

export const scorerNames: readonly ScorerName[] = scorerGroups.flatMap(({ scorers }) => scorers);

const isGerman = text.peek().language === "de";

export const scorerTexts = Object.fromEntries(
  table.map(({ name, about }) => {
    const german = isGerman ? germanScorers[name as ScorerName] : undefined;
    if (german !== undefined)
      return [name, { name: german[0], about: german[1], needs: german[2] }];
    const own = words[name as ScorerName];
    return [name, own ?? { name, about, needs: "Compares with the training sentences." }];
  }),
) as Readonly<Record<ScorerName, ScorerText>>;

/** Whether a head of this kind can be scored so. The sentences' own numbers have both signs; a hidden layer's have one. */
export function suits(scorer: ScorerName, head: "linear" | "hidden"): boolean {
  return head === "hidden" || !needHiddenLayer.includes(scorer);
}
