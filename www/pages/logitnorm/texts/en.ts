/** Everything that the LogitNorm page says, in English. Another language has the same shape. */

const one = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const number = new Intl.NumberFormat("en");
const percent = (share: number): string => `${one.format(share * 100)} %`;
const counted = (epochs: number): string =>
  `${number.format(epochs)} ${epochs === 1 ? "epoch" : "epochs"}`;

export const en = {
  title: "LogitNorm, live",
  skip: "Skip to the training",
  heading: "A network that has only seen clothes, and the digit that you draw",
  lede:
    "Two networks are trained here, from scratch, on small pictures of clothes. They differ in " +
    "one thing, their loss. Cross-entropy keeps paying for longer logits, so that network grows " +
    "surer and surer. LogitNorm (Wei et al., ICML 2022) takes the length out of the loss. Then " +
    "draw a digit, which is no piece of clothing, and see how sure each of them is.",
  losses: { crossEntropy: "Cross-entropy", logitNorm: "LogitNorm" },
  percent,

  train: {
    heading: "Train both",
    button: "Train both",
    again: "Train both again",
    stop: "Stop",
    known: "Known and unknown",
    settings: {
      digits: "Clothes known, digits unknown",
      leftOut: "7 kinds of clothes known, 3 not",
      reversed: "Digits known, clothes unknown",
    },
    network: "Network",
    architectures: { linear: "784-10", one: "784-128-10", two: "784-256-128-10" },
    epochs: "Epochs",
    tau: "Temperature τ of LogitNorm",
    bound: (tau: string, loss: string) =>
      `With τ = ${tau} no network can bring the loss below ${loss} nats (dashed line).`,
    unbound: (tau: string) =>
      `With τ = ${tau} the loss can come as near to 0 as training takes it; a larger τ sets a bound.`,
    stale: "The settings are others than those of the networks on show. Train again to see them.",
  },

  status: {
    loading: (received: number, total: number) =>
      `Loading the pictures: ${one.format(received / 1e6)} of ${one.format(total / 1e6)} MB`,
    starting: "Loading the pictures",
    missing: (why: string) => `The pictures could not be loaded. ${why}`,
    retry: "Load again",
    idle: "Ready. Training takes a few seconds, in this tab.",
    training: "Training both networks",
    epoch: (epoch: number, all: number) =>
      `Training both networks: epoch ${one.format(epoch)} of ${number.format(all)}`,
    scoring: "Trained. Comparing the scores",
    ready: (epochs: number, seconds: number) =>
      `Trained both for ${counted(Math.round(epochs * 10) / 10)}, in ${one.format(seconds)} s.`,
    failed: (why: string) => `The training failed: ${why}`,
    progress: "Training progress",
  },

  draw: {
    heading: "Draw a digit",
    hint: "With the mouse, a pen or a finger; or take one of these:",
    canvas: "Your drawing",
    empty: "Nothing is drawn.",
    ready: (digit: number) => `Draw a ${digit} for me`,
    clear: "Clear",
    seen: "What the networks see",
    waiting: "Train both networks to hear their answers.",
    calls: "calls it",
    sure: "sure",
    accepted: (p: string) => `Its gate lets it through: p = ${p}, at 5 %.`,
    rejected: (p: string) => `Its gate rejects it: p = ${p}, at 5 %.`,
    later: "Its gate is set when the training ends.",
    bars: (name: string) => `Probabilities by ${name}`,
  },

  view: {
    legend: "Probabilities",
    fitted: "At the fitted temperature",
    plain: "As softmax gives them",
    hint:
      "LogitNorm leaves the length of the logits open, so its plain probabilities mean little. " +
      "Both networks therefore get one number, the temperature, fitted on known pictures kept " +
      "apart. AUROC, FPR95 and the gates go by plain softmax all the same, as in the paper.",
  },

  figures: {
    accuracy: "Accuracy",
    auroc: "AUROC, MSP",
    fpr95: "FPR95, MSP",
    ece: "ECE",
    temperature: "Temperature",
  },

  charts: {
    lengths: "Length of the logits",
    loss: "Training loss",
    lossIn: "nats",
    known: "known",
    unknown: "unknown",
    confidence: "How sure it is",
    reliability: "How often it is right",
    none: "Nothing is trained yet.",
    lengthsLabel: (name: string, known: string, unknown: string) =>
      `${name}: mean length of the logits, now ${known} for known and ${unknown} for unknown ` +
      `pictures.`,
    lossLabel: (name: string, loss: string) => `${name}: training loss, now ${loss} nats.`,
    confidenceLabel: (name: string, known: string, unknown: string) =>
      `${name}: histograms of the probability of the class named. Mean ${known} for known and ` +
      `${unknown} for unknown pictures.`,
    reliabilityLabel: (name: string, ece: string) =>
      `${name}: reliability diagram, expected calibration error ${ece}.`,
    probability: "Probability",
    right: "Share right",
    explained:
      "From the top: mean length of the logits over the epochs; training loss; how many pictures " +
      "get which probability, known above and unknown below; and how often the known pictures of " +
      "each probability are named right, which on the diagonal is as often as promised.",
  },

  table: {
    heading: "Score by score",
    lede:
      "How well each score tells the unknown pictures from the known ones, with networks trained " +
      "by either loss. AUROC: 50 % is guessing, 100 % perfect. FPR95: the share of unknown " +
      "pictures let through when 95 % of the known ones are; lower is better. The better of each " +
      "two is bold.",
    score: "Score",
    auroc: "AUROC",
    fpr95: "FPR95",
    waiting: "…",
    label: "Scores and losses",
    scorers: {
      msp: "the largest probability",
      odin: "the same, after a small step of the pixels",
      energy: "the size of all logits together",
      gradNorm: "the size of a gradient",
      auto: "oodgate’s default: several at once",
    },
  },

  where: {
    heading: "Where it holds, and where not",
    label: "Measured",
    lede: (tau: number, epochs: number) =>
      `AUROC / FPR95 in per cent, mean over three seeds, τ = ${tau}, ${counted(epochs)}.`,
    known: "Known and unknown",
    rows: {
      mnist: "Clothes known, MNIST digits unknown",
      digits: "Clothes known, UCI digits unknown",
      one: "The same, one hidden layer",
      linear: "The same, no hidden layer",
      leftOut: "7 kinds of clothes, 3 others unknown",
      reversed: "UCI digits known, clothes unknown",
      mnistKnown: "MNIST digits known, clothes unknown",
    },
    words: [
      "It helps the largest probability (msp) where the unknown is quite unlike the known: " +
        "digits against clothes. That holds for each of the three networks, the one without a " +
        "hidden layer included.",
      "It helps little where the unknown is like the known: kinds of clothes that were left out. " +
        "And the other way round, with digits as the known, its AUROC is below that of " +
        "cross-entropy, though neither is of use there.",
      "It is not the only way. After cross-entropy, odin and energy tell these digits as well as " +
        "msp does after LogitNorm; after LogitNorm, energy and gradNorm fail, for they live on " +
        "the length that this loss leaves open. auto compares with training pictures too: to it the " +
        "loss hardly matters.",
    ] as readonly string[],
  },

  sources: {
    before:
      "Clothes: a part of Fashion-MNIST by Xiao, Rasul and Vollgraf (MIT), in 16 levels of grey. " +
      "Digits: Optical Recognition of Handwritten Digits by Alpaydin and Kaynak, UCI (",
    after:
      "), enlarged. Loss: LogitNorm, Wei et al., ICML 2022. Your drawing never leaves this tab.",
  },

  classes: [
    "T-shirt",
    "trousers",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "trainer",
    "bag",
    "ankle boot",
  ] as readonly string[],
};

export type Words = typeof en;
