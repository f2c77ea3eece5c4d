import type { ScorerName } from "oodgate";

/** Names and explanations of the scores, in German: name, what it looks at, what it needs. */
export const germanScorers: Readonly<
  Partial<Record<ScorerName, readonly [name: string, about: string, needs: string]>>
> = {
  auto: [
    "Automatisch",
    "Verbindet mehrere: wie unsicher der Kopf ist, und wie weit der Satz von den Trainingssätzen " +
      "liegt. Die Dokumentation des Pakets sagt, wie.",
    "Braucht Mittelwerte, Kovarianzen und Nachbarn unter den Trainingssätzen.",
  ],
  msp: [
    "Größte Wahrscheinlichkeit (MSP)",
    "Minus die Wahrscheinlichkeit der genannten Absicht. Der klassische Vergleich.",
    "Braucht nur die Ausgaben.",
  ],
  maxLogit: [
    "Größte Ausgabe",
    "Minus die größte Ausgabe, bevor sie zur Wahrscheinlichkeit wird.",
    "Braucht nur die Ausgaben.",
  ],
  energy: [
    "Energie",
    "Ein weiches Maximum aller Ausgaben, mit umgekehrtem Vorzeichen. Es hängt von ihrer Größe " +
      "ab, " +
      "die LogitNorm offen lässt: dort kann es schlechter sein als Raten.",
    "Braucht nur die Ausgaben.",
  ],
  entropy: [
    "Entropie",
    "Wie gleichmäßig die Wahrscheinlichkeit über die Absichten verteilt ist, in nats.",
    "Braucht nur die Ausgaben.",
  ],
  gen: [
    "Verallgemeinerte Entropie (GEN)",
    "Entropie mit mehr Gewicht auf kleinen Wahrscheinlichkeiten, über die wahrscheinlichsten " +
      "Absichten.",
    "Braucht nur die Ausgaben.",
  ],
  maxCosine: [
    "Größter Kosinus",
    "Wie klar eine Ausgabe heraussticht, wie groß auch alle sind: minus die größte Ausgabe durch " +
      "ihre Länge.",
    "Braucht nur die Ausgaben.",
  ],
  gradNorm: [
    "Größe des Gradienten",
    "Minus die Stärke, mit der ein Training auf alle Absichten zugleich die letzte Schicht " +
      "bewegte: " +
      "groß bei Vertrautem.",
    "Braucht die Ausgaben und was in die letzte Schicht geht.",
  ],
  odin: [
    "ODIN",
    "Minus die größte Wahrscheinlichkeit, weicher gemacht, nach einem kleinen Schritt der " +
      "Zahlen des " +
      "Satzes auf die Antwort zu.",
    "Fragt den ganzen Kopf zweimal.",
  ],
  klMatching: [
    "KL-Abgleich",
    "Wie weit die Wahrscheinlichkeiten von denen sind, die für die nächste Absicht üblich sind.",
    "Braucht die üblichen Wahrscheinlichkeiten jeder Absicht.",
  ],
  knn: [
    "Nächste Nachbarn (kNN)",
    "Abstand zum fünfzigstnächsten Trainingssatz.",
    "Vergleicht mit allen Trainingssätzen.",
  ],
  mahalanobis: [
    "Mahalanobis-Abstand",
    "Abstand zum Mittelwert der nächsten Absicht, gemessen an der Streuung der Absichten.",
    "Braucht den Mittelwert jeder Absicht und eine Kovarianz.",
  ],
  rmd: [
    "Relativer Mahalanobis-Abstand (RMD)",
    "Derselbe Abstand, weniger der Abstand zum Mittelwert von allem.",
    "Braucht den Mittelwert jeder Absicht und zwei Kovarianzen.",
  ],
  gda: [
    "Dichte jeder Absicht (GDA)",
    "Wie selten der Satz in seiner nächsten Absicht ist, jede mit eigener Streuung.",
    "Braucht Mittelwert und Varianzen jeder Absicht.",
  ],
  vim: [
    "ViM",
    "Was die Hauptrichtungen der Trainingssätze übrig lassen, gegen die Energie der Ausgaben.",
    "Braucht die Ausgaben und die Hauptrichtungen der Trainingssätze.",
  ],
  residual: [
    "Rest",
    "Nur das, was die Hauptrichtungen der Trainingssätze übrig lassen.",
    "Braucht die Hauptrichtungen der Trainingssätze.",
  ],
  she: [
    "Gemerkte Muster (SHE)",
    "Wie unähnlich der Satz dem gemerkten Muster der genannten Absicht ist.",
    "Braucht den Mittelwert jeder Absicht, über richtig beantwortete Sätze.",
  ],
  nnGuide: [
    "Führung durch Nachbarn (NNGuide)",
    "Die Energie, gewichtet danach, wie ähnlich der Satz seinen nächsten Trainingssätzen ist, " +
      "und " +
      "nach deren Energien.",
    "Vergleicht mit allen Trainingssätzen.",
  ],
  fdbd: [
    "Entscheidungsgrenzen (fDBD)",
    "Wie nah die Antwort daran ist, eine andere zu werden, am Abstand von der Mitte der " +
      "Trainingssätze gemessen.",
    "Braucht den Mittelwert der Trainingssätze.",
  ],
  nci: [
    "Neuronaler Kollaps (NCI)",
    "Wie wenig der Satz, von der Mitte der Trainingssätze aus, in Richtung der Gewichte der " +
      "genannten Absicht zeigt.",
    "Braucht den Mittelwert der Trainingssätze.",
  ],
  react: [
    "ReAct",
    "Die Energie, nachdem ungewöhnlich große Eingaben der letzten Schicht gekappt sind. Für " +
      "Köpfe " +
      "mit verborgener Schicht gemacht.",
    "Braucht ein Perzentil über die Trainingssätze.",
  ],
  dice: [
    "DICE",
    "Die Energie einer letzten Schicht, die nur ihre nützlichsten Gewichte behält. Für Köpfe mit " +
      "verborgener Schicht gemacht.",
    "Braucht den Mittelwert der Trainingssätze.",
  ],
  ash: [
    "ASH",
    "Die Energie, nachdem alle außer den größten Eingaben der letzten Schicht wegfallen.",
    "Braucht Eingaben der letzten Schicht, die nie negativ sind: eine verborgene Schicht.",
  ],
  scale: [
    "SCALE",
    "Die Energie, nachdem der Satz danach gestreckt ist, wie viel von ihm in seinen größten " +
      "Eingaben " +
      "liegt.",
    "Braucht Eingaben der letzten Schicht, die nie negativ sind: eine verborgene Schicht.",
  ],
};
