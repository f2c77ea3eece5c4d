import type { Words } from "./en";

/** The same in German. */

const one = new Intl.NumberFormat("de", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const number = new Intl.NumberFormat("de");
const percent = (share: number): string => `${one.format(share * 100)} %`;
const counted = (epochs: number): string =>
  `${number.format(epochs)} ${epochs === 1 ? "Epoche" : "Epochen"}`;

export const de: Words = {
  title: "LogitNorm, live",
  skip: "Zum Training",
  heading: "Ein Netz, das nur Kleidung kennt, und die Ziffer, die du malst",
  lede:
    "Zwei Netze werden hier von Grund auf trainiert, mit kleinen Bildern von Kleidung. Sie " +
    "unterscheiden sich in einem: ihrem Verlust. Die Kreuzentropie belohnt immer längere Logits, " +
    "also wird dieses Netz immer sicherer. LogitNorm (Wei et al., ICML 2022) nimmt die Länge aus " +
    "dem Verlust. Dann mal eine Ziffer, die keine Kleidung ist, und sieh, wie sicher sich beide " +
    "sind.",
  losses: { crossEntropy: "Kreuzentropie", logitNorm: "LogitNorm" },
  percent,

  train: {
    heading: "Beide trainieren",
    button: "Beide trainieren",
    again: "Noch einmal",
    stop: "Halt",
    known: "Bekannt und unbekannt",
    settings: {
      digits: "Kleidung bekannt, Ziffern nicht",
      leftOut: "7 Arten Kleidung bekannt, 3 nicht",
      reversed: "Ziffern bekannt, Kleidung nicht",
    },
    network: "Netz",
    architectures: { linear: "784-10", one: "784-128-10", two: "784-256-128-10" },
    epochs: "Epochen",
    tau: "Temperatur τ von LogitNorm",
    bound: (tau, loss) =>
      `Mit τ = ${tau} bringt kein Netz den Verlust unter ${loss} nats (gestrichelt).`,
    unbound: (tau) =>
      `Mit τ = ${tau} kommt der Verlust so nah an 0, wie das Training ihn bringt; ein größeres τ ` +
      "setzt eine Grenze.",
    stale: "Die Einstellungen sind andere als die der gezeigten Netze. Trainiere noch einmal.",
  },

  status: {
    loading: (received, total) =>
      `Lädt die Bilder: ${one.format(received / 1e6)} von ${one.format(total / 1e6)} MB`,
    starting: "Lädt die Bilder",
    missing: (why) => `Die Bilder konnten nicht geladen werden. ${why}`,
    retry: "Noch einmal laden",
    idle: "Bereit. Das Training dauert ein paar Sekunden, in diesem Tab.",
    training: "Trainiert beide Netze",
    epoch: (epoch, all) =>
      `Trainiert beide Netze: Epoche ${one.format(epoch)} von ${number.format(all)}`,
    scoring: "Trainiert. Vergleicht die Scores",
    ready: (epochs, seconds) =>
      `Beide in ${one.format(seconds)} s trainiert, ${counted(Math.round(epochs * 10) / 10)}.`,
    failed: (why) => `Das Training ist gescheitert: ${why}`,
    progress: "Fortschritt des Trainings",
  },

  draw: {
    heading: "Mal eine Ziffer",
    hint: "Mit Maus, Stift oder Finger; oder nimm eine von diesen:",
    canvas: "Deine Zeichnung",
    empty: "Es ist nichts gemalt.",
    ready: (digit) => `Mal mir eine ${digit}`,
    clear: "Löschen",
    seen: "Was die Netze sehen",
    waiting: "Trainiere beide Netze, dann antworten sie.",
    calls: "nennt es",
    sure: "sicher",
    accepted: (p) => `Seine Schranke lässt es durch: p = ${p}, bei 5 %.`,
    rejected: (p) => `Seine Schranke weist es ab: p = ${p}, bei 5 %.`,
    later: "Seine Schranke wird am Ende des Trainings gesetzt.",
    bars: (name) => `Wahrscheinlichkeiten nach ${name}`,
  },

  view: {
    legend: "Wahrscheinlichkeiten",
    fitted: "Bei der angepassten Temperatur",
    plain: "Wie softmax sie gibt",
    hint:
      "LogitNorm lässt die Länge der Logits offen, also sagen seine rohen Wahrscheinlichkeiten " +
      "wenig. Beide Netze bekommen darum eine Zahl, die Temperatur, angepasst an bekannte " +
      "Bilder, die beiseite gelegt wurden. AUROC, FPR95 und die Schranken richten sich trotzdem " +
      "nach dem rohen softmax, wie in der Veröffentlichung.",
  },

  figures: {
    accuracy: "Genauigkeit",
    auroc: "AUROC, MSP",
    fpr95: "FPR95, MSP",
    ece: "ECE",
    temperature: "Temperatur",
  },

  charts: {
    lengths: "Länge der Logits",
    loss: "Trainingsverlust",
    lossIn: "nats",
    known: "bekannt",
    unknown: "unbekannt",
    confidence: "Wie sicher es ist",
    reliability: "Wie oft es recht hat",
    none: "Noch ist nichts trainiert.",
    lengthsLabel: (name, known, unknown) =>
      `${name}: mittlere Länge der Logits, jetzt ${known} für bekannte und ${unknown} für ` +
      "unbekannte Bilder.",
    lossLabel: (name, loss) => `${name}: Trainingsverlust, jetzt ${loss} nats.`,
    confidenceLabel: (name, known, unknown) =>
      `${name}: Histogramme der Wahrscheinlichkeit der genannten Klasse. Im Mittel ${known} für ` +
      `bekannte und ${unknown} für unbekannte Bilder.`,
    reliabilityLabel: (name, ece) =>
      `${name}: Zuverlässigkeitsdiagramm, erwarteter Kalibrierungsfehler ${ece}.`,
    probability: "Wahrscheinlichkeit",
    right: "Anteil richtig",
    explained:
      "Von oben: mittlere Länge der Logits über die Epochen; Trainingsverlust; wie viele Bilder " +
      "welche Wahrscheinlichkeit bekommen, bekannte oben und unbekannte unten; und wie oft die " +
      "bekannten Bilder jeder Wahrscheinlichkeit richtig benannt sind, auf der Diagonale so oft " +
      "wie versprochen.",
  },

  table: {
    heading: "Score für Score",
    lede:
      "Wie gut jeder Score die unbekannten Bilder von den bekannten trennt, mit Netzen von " +
      "beiden Verlusten. AUROC: 50 % ist geraten, 100 % vollkommen. FPR95: der Anteil " +
      "unbekannter Bilder, die durchkommen, wenn 95 % der bekannten es tun; weniger ist besser. " +
      "Das bessere von je zweien ist fett.",
    score: "Score",
    auroc: "AUROC",
    fpr95: "FPR95",
    waiting: "…",
    label: "Scores und Verluste",
    scorers: {
      msp: "die größte Wahrscheinlichkeit",
      odin: "dieselbe, nach einem kleinen Schritt der Pixel",
      energy: "die Größe aller Logits zusammen",
      gradNorm: "die Größe eines Gradienten",
      auto: "oodgates Vorgabe: mehrere zugleich",
    },
  },

  where: {
    heading: "Wo es hilft und wo nicht",
    label: "Gemessen",
    lede: (tau, epochs) =>
      `AUROC / FPR95 in Prozent, Mittel über drei Startwerte, τ = ${number.format(tau)}, ` +
      `${counted(epochs)}.`,
    known: "Bekannt und unbekannt",
    rows: {
      mnist: "Kleidung bekannt, Ziffern von MNIST unbekannt",
      digits: "Kleidung bekannt, Ziffern von UCI unbekannt",
      one: "Ebenso, eine verdeckte Schicht",
      linear: "Ebenso, keine verdeckte Schicht",
      leftOut: "7 Arten Kleidung, 3 andere unbekannt",
      reversed: "Ziffern von UCI bekannt, Kleidung unbekannt",
      mnistKnown: "Ziffern von MNIST bekannt, Kleidung unbekannt",
    },
    words: [
      "Es hilft der größten Wahrscheinlichkeit (msp), wenn das Unbekannte ganz anders ist als " +
        "das Bekannte: Ziffern gegen Kleidung. Das gilt für jedes der drei Netze, auch für das " +
        "ohne verdeckte Schicht.",
      "Es hilft wenig, wenn das Unbekannte dem Bekannten gleicht: Arten von Kleidung, die " +
        "weggelassen wurden. Und umgekehrt, mit Ziffern als dem Bekannten, liegt seine AUROC unter " +
        "der der Kreuzentropie, auch wenn da keine von beiden taugt.",
      "Es ist nicht der einzige Weg. Nach der Kreuzentropie trennen odin und energy diese " +
        "Ziffern so gut wie msp nach LogitNorm; nach LogitNorm versagen energy und gradNorm, " +
        "denn sie leben von der Länge, die dieser Verlust offen lässt. auto vergleicht auch mit " +
        "Trainingsbildern: Ihm ist der Verlust fast gleich.",
    ],
  },

  sources: {
    before:
      "Kleidung: ein Teil von Fashion-MNIST von Xiao, Rasul und Vollgraf (MIT), in 16 " +
      "Graustufen. Ziffern: Optical Recognition of Handwritten Digits von Alpaydin und Kaynak, " +
      "UCI (",
    after:
      "), vergrößert. Verlust: LogitNorm, Wei et al., ICML 2022. Deine Zeichnung verlässt diesen " +
      "Tab nie.",
  },

  classes: [
    "T-Shirt",
    "Hose",
    "Pullover",
    "Kleid",
    "Mantel",
    "Sandale",
    "Hemd",
    "Turnschuh",
    "Tasche",
    "Stiefel",
  ],
};
