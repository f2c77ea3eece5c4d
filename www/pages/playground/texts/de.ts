import type { Words } from "./en";

/** The same in German. */

const number = new Intl.NumberFormat("de", { maximumFractionDigits: 0 });
const two = new Intl.NumberFormat("de", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const three = new Intl.NumberFormat("de", { maximumSignificantDigits: 4 });
const whole = (share: number): string => `${number.format(share * 100)} %`;
const count = (n: number, singular: string, plural: string): string =>
  `${number.format(n)} ${n === 1 ? singular : plural}`;

export const de: Words = {
  title: "Spielplatz",
  skip: "Zur Ebene",
  heading: "Punkte in der Ebene, und was ein Kopf von ihnen weiß",
  lede:
    "Setz Punkte einiger Klassen. Ein kleiner Kopf lernt sie sofort: Die linke Karte zeigt, " +
    "welche Klasse er wo nennt, die rechte, wie fremd ihm jeder Ort ist. Die dicke Linie ist die " +
    "Schranke: Jenseits davon heißt die Antwort „nichts davon“.",
  className: (label) => `Klasse ${label + 1}`,

  tools: {
    legend: "Ein Druck setzt",
    unknown: "Unbekannt",
    unknownHint:
      "Unbekannte Punkte sind Beispiele für nichts davon. Sie werden nicht gelernt; „auto“ hebt " +
      "seinen Score, wo sie liegen, und kein anderer Score nutzt sie.",
    erase: "Radieren",
    shapes: "Oder beginn mit",
    clear: "Leeren",
  },
  shapes: {
    moons: "Monde",
    clusters: "Haufen",
    rings: "Ringe",
    corners: "Ecken",
    spirals: "Spiralen",
  },

  plane: {
    classes: "Klassen",
    score: "Score: die Höhe des Fremden",
    label: (n) =>
      `Karte der Klassen mit ${count(n, "Punkt", "Punkten")}. Pfeiltasten bewegen, Enter setzt ` +
      "einen Punkt, Entf nimmt den nächsten weg.",
    scoreLabel: "Karte des Scores: blau ist vertraut, orange ist fremd.",
    keys:
      "Auf die linke Karte drücken oder ziehen setzt Punkte. Mit der Tastatur: Pfeiltasten " +
      "bewegen (mit Umschalt in kleinen Schritten), Enter setzt einen Punkt, Entf nimmt den " +
      "nächsten weg.",
    directions:
      "Manche Scores sehen nur die Richtung von der Mitte aus, wie es zu Embeddings passt: knn. " +
      "Für ihn ist weiter außen nicht fremder.",
  },

  readout: {
    point: "Zeig auf einen Ort, um zu lesen, was der Kopf dort sagt.",
    place: (x, y) => `x ${two.format(x)}, y ${two.format(y)}`,
    says: (place, name, probability, score) =>
      `${place}: ${name} mit ${whole(probability)}, Score ${three.format(score)}`,
    accepted: ", angenommen",
    rejected: ", nichts davon",
  },

  controls: {
    layers: "Verdeckte Schichten",
    linear: "keine",
    loss: "Verlust",
    losses: { logitNorm: "LogitNorm", crossEntropy: "Kreuzentropie" },
    tau: "Temperatur τ",
    scorer: "Score",
    alpha: { before: "Höchstens", after: "des Bekannten abweisen" },
    again: "Neu lernen",
    copy: "Adresse kopieren",
    copied: "Kopiert",
  },

  status: {
    counts: (known, classes, unknown) =>
      `${count(known, "Punkt", "Punkte")} in ${count(classes, "Klasse", "Klassen")}` +
      (unknown === 0 ? "" : `, ${number.format(unknown)} unbekannt`),
    empty: "Setz Punkte zweier Klassen, oder beginn mit einer Form.",
    learning: (updates) => `Lernt: ${number.format(updates)} Schritte`,
    ready: (accuracy) => `Gelernt. Er nennt ${whole(accuracy)} seiner Punkte richtig.`,
    gate: (alpha, rows) =>
      `Die Schranke weist höchstens ${whole(alpha)} neuer Punkte wie dieser ab, geprüft an ` +
      `${count(rows, "Punkt", "Punkten")}, die reihum weggelassen wurden.`,
    tooFew: (alpha, needs) =>
      `Noch keine Schranke: Um ${whole(alpha)} zu versprechen, braucht es ` +
      `${count(needs, "Punkt", "Punkte")}.`,
    failed: (why) => `Er konnte nicht lernen: ${why}`,
    progress: "Fortschritt des Trainings",
  },
};
