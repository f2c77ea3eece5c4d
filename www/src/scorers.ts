import type { PageScorer } from "./settings";

/** Each scorer's name for people, and what it looks at. Every score is turned so that higher = more unfamiliar. */
export const scorerTexts: Readonly<Record<PageScorer, { readonly name: string; readonly about: string }>> = {
  maxCosine: {
    name: "Max cosine",
    about: "How clearly one output stands out, whatever the size of all of them: minus the largest output divided by their length.",
  },
  msp: { name: "Max probability (MSP)", about: "Minus the probability of the predicted intent. The classic baseline." },
  maxLogit: { name: "Max logit", about: "Minus the largest output, before it is made a probability." },
  energy: {
    name: "Energy",
    about: "A soft maximum of all outputs, negated. It depends on their size, which LogitNorm leaves undetermined: it can fall below guessing there.",
  },
  entropy: { name: "Entropy", about: "How evenly the probability is spread over the intents, in nats." },
  gen: { name: "Generalised entropy (GEN)", about: "Entropy with more weight on small probabilities, over the most probable intents." },
  gradNorm: {
    name: "Gradient norm",
    about: "Minus the size of the push that training towards all intents at once would give the last layer: strong for familiar inputs.",
  },
};
