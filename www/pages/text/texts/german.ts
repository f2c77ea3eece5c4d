/** What the page says, in German, by what it says in English. {0}, {1} are what it says it of. */
export const german = {
  none: "keins",
  "Threshold moved by hand: no promise.": "Schwelle von Hand verschoben: kein Versprechen.",
  "{0} of {1}": "{0} von {1}",
  "{0}\u00a0points": "{0}\u00a0Punkte",
  "They lie further apart than chance usually explains ({0}).":
    "Sie liegen weiter auseinander, als der Zufall meist erklärt ({0}).",
  "Chance moves the observed share, rarely by more than {0}.":
    "Der Zufall verschiebt den beobachteten Anteil, selten um mehr als {0}.",
  "{0} intents": "{0} Absichten",
  "things people ask an assistant for, from {0} example sentences":
    "worum man einen Assistenten bittet, aus {0} Beispielsätzen",
  "{0} sentences": "{0} Sätze",
  "that ask for none of those. They are only used to test":
    "die nach nichts davon fragen. Sie dienen nur zum Testen",
  "None yet.": "Noch keiner.",
  "Load {0}": "Laden: {0}",
  Load: "Laden",
  "Really?": "Wirklich?",
  Delete: "Löschen",
  "Really delete {0}?": "Wirklich? {0} löschen",
  "Delete {0}": "Löschen: {0}",
  "Press once more to delete {0} for good.": "Noch einmal drücken, um {0} endgültig zu löschen.",
  "Training loss per epoch. No epochs yet.": "Verlust je Epoche. Noch keine Epochen.",
  "Training accuracy per epoch. No epochs yet.": "Genauigkeit je Epoche. Noch keine Epochen.",
  "Loss should fall and accuracy rise with every epoch, one pass over all training sentences.":
    "Mit jeder Epoche, einem Durchgang durch alle Trainingssätze, sollte der Verlust fallen " +
    "und die Genauigkeit steigen.",
  "after epoch 1": "nach Epoche 1",
  "from epoch 1 to {0} of {1}": "von Epoche 1 bis {0} von {1}",
  "Loss {0}": "Verlust {0}",
  "accuracy {0}": "Genauigkeit {0}",
  "accuracy went from {0} to {1}": "die Genauigkeit ging von {0} auf {1}",
  "Training loss per epoch. {0}, {1}.": "Verlust je Epoche. {0}, {1}.",
  "Training accuracy per epoch: {0}, {1}.": "Genauigkeit je Epoche: {0}, {1}.",
  "{0} and {1}, {2}.": "{0}, {1}, {2}.",
  "Loss fell from {0} to {1}": "Der Verlust fiel von {0} auf {1}",
  "Loss rose from {0} to {1}": "Der Verlust stieg von {0} auf {1}",
  "Loss stayed from {0} to {1}": "Der Verlust blieb von {0} bis {1}",
  "Trains the direction of the outputs only, so that their size cannot grow into false confidence. τ sets how sharp it is.":
    "Trainiert nur die Richtung der Ausgaben, sodass ihre Größe nicht zu falscher " +
    "Sicherheit anwächst. τ bestimmt, wie scharf.",
  "The usual way to train a classifier, for comparison.":
    "Die übliche Art, einen Klassifikator zu trainieren, zum Vergleich.",
  "Threshold: sentences with a higher score are rejected":
    "Schwelle: Sätze mit höherem Wert werden abgewiesen",
  accepted: "angenommen",
  rejected: "abgewiesen",
  "In scope": "Bekannt",
  ": {0} test sentences of the intents taught": ": {0} Testsätze der gelernten Absichten",
  "Out of scope": "Fremd",
  ": {0} sentences of none of them": ": {0} Sätze von keiner davon",
  Sentence: "Satz",
  "True intent": "Wahre Absicht",
  "Predicted intent": "Genannte Absicht",
  Probability: "Wahr\u00adschein\u00adlich\u00adkeit",
  Score: "Wert",
  "p-value": "p-Wert",
  Verdict: "Urteil",
  All: "Alle",
  Rejected: "Abgewiesen",
  Mistakes: "Fehler",
  "wrong intent": "falsche Absicht",
  "should be accepted": "wäre anzunehmen",
  "should be rejected": "wäre abzuweisen",
  Previous: "Zurück",
  Next: "Weiter",
  "0 sentences": "0 Sätze",
  "{0} to {1} of {2} sentences": "{0} bis {1} von {2} Sätzen",
  Accepted: "Angenommen",
  "none of them": "keine davon",
  "I do not know this": "Das kenne ich nicht",
  "if it had to name one: {0}, {1}": "wenn es eine nennen müsste: {0}, {1}",
  "probability {0}": "Wahrscheinlichkeit {0}",
  "(p-value {0}, {1})": "(p-Wert {0}, {1})",
  "{0} sentences pasted, the first of {1}.": "{0} Sätze eingefügt, die ersten von {1}.",
  "{0} sentences pasted.": "{0} Sätze eingefügt.",
  "Ask about {0} sentences": "Nach {0} Sätzen fragen",
  "{0} of {1} sentences read.": "{0} von {1} Sätzen gelesen.",
  "Train a head first: it is what answers.": "Trainiere zuerst einen Kopf: er antwortet.",
  "{0} of {1} sentences rejected.": "{0} von {1} Sätzen abgewiesen.",
  "Try again": "Noch einmal",
  "Loading the language model: {0} of {1}": "Lädt das Sprachmodell: {0} von {1}",
  "Starting the language model": "Startet das Sprachmodell",
  "Loading the sentences: {0}": "Lädt die Sätze: {0}",
  "Loading the sentences: {0} of {1}": "Lädt die Sätze: {0} von {1}",
  "{0} sentences loaded ({1} in {2}).": "{0} Sätze geladen ({1} in {2}).",
  "The sentences are not here.": "Die Sätze sind nicht da.",
  "Load again": "Noch einmal laden",
  ": {0} of in-scope sentences accepted, {1} of out-of-scope sentences rejected":
    ": {0} der bekannten Sätze angenommen, {1} der fremden abgewiesen",
  "This head has no hidden layer, which {0} needs: scored by {1} instead.":
    "Dieser Kopf hat keine verborgene Schicht, die {0} braucht: bewertet mit {1}.",
  "Scoring {0} sentences by {1} …": "Bewertet {0} Sätze mit {1} …",
  "Calibrated to reject at most {0}: {1} of in-scope and {2} of out-of-scope sentences rejected.":
    "Kalibriert, höchstens {0} abzuweisen: {1} der bekannten und {2} der fremden Sätze " +
    "abgewiesen.",
  "Scored by {0}: AUROC {1}, FPR95 {2}.": "Bewertet mit {0}: AUROC {1}, FPR95 {2}.",
  "With this threshold the head answers {0} of the sentences about what it was taught, and turns away {1} of those about anything else.":
    "Mit dieser Schwelle beantwortet der Kopf {0} der Sätze über das, was er gelernt hat, " +
    "und weist {1} der Sätze über alles andere ab.",
  "at most {0} of {1} in-scope validation sentences, kept apart for this, score higher":
    "höchstens {0} von {1} bekannten Sätzen, die dafür zurückgehalten wurden, haben einen " +
    "höheren Wert",
  "The threshold is the calibrated one, {0}: {1}.": "Die Schwelle ist die kalibrierte, {0}: {1}.",
  "The threshold, {0}, was moved by hand. Calibrated, it would be {1}: {2}.":
    "Die Schwelle, {0}, ist von Hand verschoben. Kalibriert wäre sie {1}: {2}.",
  "{0} Half of the in-scope scores lie below {1}, half of the out-of-scope scores below {2}.":
    "{0} Die Hälfte der bekannten Sätze liegt unter {1}, die Hälfte der fremden unter {2}.",
  "Ready to train.": "Bereit zum Training.",
  "Loaded “{0}”: its file knows of no training steps.":
    "„{0}“ geladen: die Datei weiß von keinen Trainingsschritten.",
  "Loaded “{0}”: trained before, in {1} steps.":
    "„{0}“ geladen: früher trainiert, in {1} Schritten.",
  "Calibrating the gate and scoring the test sentences …":
    "Kalibriert das Tor und bewertet die Testsätze …",
  "Training failed. The reason is under the Train button.":
    "Das Training ist gescheitert. Der Grund steht unter dem Knopf.",
  "Preparing the head …": "Bereitet den Kopf vor …",
  "Training has begun.": "Das Training hat begonnen.",
  "Chosen automatically.": "Automatisch gewählt.",
  "As you chose.": "Wie von dir gewählt.",
  "Epoch {0} of {1} …": "Epoche {0} von {1} …",
  "the last epoch": "die letzte Epoche",
  "{0} sentences per second": "{0} Sätze je Sekunde",
  "Epoch {0} of {1}, loss {2}, accuracy {3}.": "Epoche {0} von {1}, Verlust {2}, Genauigkeit {3}.",
  "measured here over {0}, for a batch of {1} sentences":
    "hier gemessen über {0}, für einen Stapel von {1} Sätzen",
  "this training": "dieses Training",
  "{0} steps, {1} sentences per second": "{0} Schritte, {1} Sätze je Sekunde",
  "Trained for {0} epoch in {1}.": "{0} Epoche in {1} trainiert.",
  "Trained for {0} epochs in {1}.": "{0} Epochen in {1} trainiert.",
  "Stopped after {0} of {1} epochs. The head keeps what it has learned so far.":
    "Angehalten nach {0} von {1} Epochen. Der Kopf behält, was er bisher gelernt hat.",
  "{0} It could not be scored: the reason is in section 2, whose figures are not this head’s.":
    "{0} Er konnte nicht bewertet werden: der Grund steht in Abschnitt 2, dessen Zahlen " +
    "nicht die dieses Kopfes sind.",
  "Stopped before the first step.": "Angehalten vor dem ersten Schritt.",
  "The scores below are still those of the head before.":
    "Die Werte unten sind noch die des Kopfes davor.",
  "Train again": "Noch einmal trainieren",
  Train: "Trainieren",
  "Heads cannot be kept here: {0}.": "Köpfe lassen sich hier nicht behalten: {0}.",
  "Keeping “{0}” …": "Behält „{0}“ …",
  "“{0}” is kept in this browser.": "„{0}“ ist in diesem Browser behalten.",
  "Writing the file …": "Schreibt die Datei …",
  "The head was handed to your downloads: {0}.": "Der Kopf liegt bei deinen Downloads: {0}.",
  "Writing the ONNX model …": "Schreibt das ONNX-Modell …",
  "The ONNX model was handed to your downloads: {0}.":
    "Das ONNX-Modell liegt bei deinen Downloads: {0}.",
  "There is no head named “{0}” any more.": "Es gibt keinen Kopf namens „{0}“ mehr.",
  "Loading “{0}” …": "Lädt „{0}“ …",
  "A head is being trained. Stop that or wait until it is scored, then load.":
    "Ein Kopf wird trainiert. Halte das an, oder warte, bis er bewertet ist, dann lade.",
  "A training has begun in the meantime. Load again when it is over.":
    "Inzwischen hat ein Training begonnen. Lade noch einmal, wenn es vorbei ist.",
  "“{0}” is loaded, but could not be scored: the reason is in section 2, whose figures are not this head’s.":
    "„{0}“ ist geladen, konnte aber nicht bewertet werden: der Grund steht in Abschnitt 2, " +
    "dessen Zahlen nicht die dieses Kopfes sind.",
  "“{0}” is loaded, and the whole page shows it. {1}":
    "„{0}“ ist geladen, und die ganze Seite zeigt ihn. {1}",
  "Deleting “{0}” …": "Löscht „{0}“ …",
  "“{0}” is deleted.": "„{0}“ ist gelöscht.",
  "That did not work. The reason is below.": "Das ging nicht. Der Grund steht darunter.",
  "Train a head first, or load one.": "Trainiere zuerst einen Kopf, oder lade einen.",
  "Kept already: keeping this head replaces it.": "Schon behalten: dieser Kopf ersetzt ihn.",
  "A name needs more than blanks.": "Ein Name braucht mehr als Leerzeichen.",
  "no gate yet": "noch kein Tor",
  "gate by {0} at {1}": "Tor mit {0} bei {1}",
  "No training steps known, {0}.": "Keine Trainingsschritte bekannt, {0}.",
  "{0} training steps, {1}.": "{0} Trainingsschritte, {1}.",
  "For ONNX Runtime, for example on a server: the head and its gate by {0}, with the calibrated threshold.":
    "Für ONNX Runtime, zum Beispiel auf einem Server: der Kopf und sein Tor mit {0}, mit " +
    "der kalibrierten Schwelle.",
  "{0} It holds training sentences as numbers, among which this score searches.":
    "{0} Es enthält Trainingssätze als Zahlen, unter denen dieser Wert sucht.",
  "Needs only the head’s answer": "Braucht nur die Antwort des Kopfes",
  "Compares with the training sentences": "Vergleicht mit den Trainingssätzen",
  "Needs a head with a hidden layer": "Braucht einen Kopf mit verborgener Schicht",
} as const;
