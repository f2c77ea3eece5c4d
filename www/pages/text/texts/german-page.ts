/**
 * What stands in the page itself, in German: by the selector of its element, or
 * "selector@attribute". {0} is the element's first child as it is there, {1} the second.
 */
export const germanPage: Readonly<Record<string, string>> = {
  title: "Text intents: kennt der Klassifikator diesen Satz? (oodgate)",
  ".skip": "Zum Training",
  ".pages@aria-label": "Seiten",
  '.pages [href="../teach/"]': "Beibringen",
  '.pages [href="../playground/"]': "Spielplatz",
  '.pages [href="../together/"]': "Gemeinsam",
  ".privacy": "Läuft ganz in diesem Tab. Keine Daten verlassen die Seite.",
  ".language@aria-label": "Sprache",

  "#title": "Kennt der Klassifikator diesen Satz?",
  ".hero .lede":
    "Ein Klassifikator nennt immer eine seiner Klassen, auch auf eine Frage, die zu keiner " +
    "gehört. " +
    "Trainiere hier einen, in deinem Browser, und setz ein Tor vor seine Antworten: was anders " +
    "ist " +
    "als alles, was er gelernt hat, wird abgewiesen statt beantwortet.",
  ".role.in-scope h2": "Bekannt: was er lernt",
  "#taught-count": "150 Absichten",
  "#taught-detail": "worum man einen Assistenten bittet",
  ".role.out-of-scope h2": "Fremd: was er nie gesehen hat",
  "#unseen-count": "1.000 Sätze",
  "#unseen-detail": "die nach etwas anderem fragen",
  ".role.gate h2": "Das Tor: was es tut",
  ".role.gate p": "{0} der Wert sagt, wie ungewohnt der Satz ist",
  ".role.gate .figure": "Ein Wert, eine Schwelle",
  ".role.gate li:first-child": "{0} Wert bis zur Schwelle: der Kopf antwortet mit einer Absicht",
  ".role.gate .accepted": "Angenommen",
  ".role.gate li:last-child": "{0} Wert darüber: „Das kenne ich nicht“",
  ".role.gate .rejected": "Abgewiesen",
  "#load-text": "Lädt die Sätze",

  "#train-title": "{0} Den Kopf trainieren",
  "#train-section .sub":
    "Jeder Satz ist schon eine Liste von {0} Zahlen, vorher von einem Sprachmodell (MiniLM) " +
    "gemacht. Trainiert wird nur der Kopf: die kleine Schicht, die aus diesen Zahlen eine " +
    "Absicht " +
    "macht.",
  "#settings@aria-label": "Training",
  "#train": "Trainieren",
  "#stop": "Anhalten",
  "#settings-details > summary": "Einstellungen",
  "fieldset:has([name=loss]) legend": "Verlust",
  "label:has([value=crossEntropy]) span": "Kreuzentropie",
  "fieldset:has([name=head]) legend": "Kopf",
  "label:has([value=hidden]) span": "Eine verborgene Schicht",
  "fieldset:has([name=backend]) legend": "Rechnet auf",
  "label:has([name=backend][value=auto]) span": "Automatisch",
  "label:has(#tau)": "Temperatur τ {0}",
  "label:has(#width)": "Verborgene Einheiten {0}",
  "label:has(#epochs)": "Epochen {0}",
  "label:has(#batch)": "Stapelgröße {0}",
  "label:has(#lr)": "Lernrate {0}",
  "label:has(#seed)": "Startwert {0}",
  "#defaults": "Zurück zu den Vorgaben",
  "#train-status": "Noch nicht trainiert.",
  "#train-progress@aria-label": "Fortschritt des Trainings",
  "figcaption:has(#loss-now) span": "Verlust im Training",
  "#loss-chart@aria-label": "Verlust je Epoche. Noch keine Epochen.",
  "figcaption:has(#accuracy-now) span": "Genauigkeit im Training",
  "#accuracy-chart@aria-label": "Genauigkeit je Epoche. Noch keine Epochen.",
  "#curve-summary":
    "Mit jeder Epoche, einem Durchgang durch alle Trainingssätze, sollte der Verlust fallen und " +
    "die " +
    "Genauigkeit steigen.",
  "#epoch-details summary": "Zahlen jeder Epoche",
  "#epoch-details .scroll@aria-label": "Tabelle der Epochen",
  "#epoch-table th:nth-child(1)": "Epoche",
  "#epoch-table th:nth-child(2)": "Verlust, nats",
  "#epoch-table th:nth-child(3)": "Genauigkeit",
  "#epoch-table th:nth-child(4)": "Sätze je Sekunde",
  ".facts > :nth-child(1) dt": "Läuft auf",
  ".facts > :nth-child(2) dt": "Ein Schritt dauert",
  ".facts > :nth-child(3) dt": "Trainingszeit",

  "#gate-title": "{0} Das Tor stellen",
  "#gate-sentence":
    "Trainiere zuerst einen Kopf. Dann stehen hier seine Werte für Testsätze, mit denen er nicht " +
    "trainiert wurde.",
  ".scorer-field:has(#scorer)": "Wert {0}",
  "#score-progress@aria-label": "Fortschritt der Bewertung",
  "label[for=alpha]": "Weise höchstens diesen Anteil des Bekannten ab",
  "#alpha-hint":
    "Dieses Versprechen (alpha) hält die Kalibrierung: die Schwelle ist an {0} bekannten Sätzen " +
    "gestellt, mit denen der Kopf nie trainiert wurde. Es gilt im Mittel, für neue Sätze wie " +
    "diese, " +
    "über alle Absichten zusammen. Je kleiner alpha, desto mehr fremde Sätze kommen durch.",
  "#reset-threshold": "Zurück zur kalibrierten Schwelle",
  "details:has(#scorer-table) summary": "Was jeder Wert braucht",
  ".scroll:has(#scorer-table)@aria-label": "Tabelle der Werte",
  "#scorer-table th:nth-child(1)": "Wert",
  "#scorer-table th:nth-child(2)": "Was er braucht",
  ".histogram-figure .placeholder":
    "Hier erscheinen die Werte der Testsätze, sobald ein Kopf trainiert ist.",
  "#histogram@aria-label": "Häufigkeit der Werte",
  ".axis-ends > :nth-child(1)": "vertraut",
  ".axis-ends > :nth-child(2)": "Wert",
  ".axis-ends > :nth-child(3)": "ungewohnt",
  "div:has(> #promised) dt": "versprochen",
  "div:has(> #observed) dt": "beobachtet",
  ".readout.in-scope p > span": "der bekannten Sätze abgewiesen",
  ".readout.out-of-scope > span": "der fremden Sätze abgewiesen",
  "label[for=own]": "Probier einen eigenen Satz",
  "#own-list-close": "Liste wegnehmen",
  "#own-rows@aria-label": "Antworten auf die Liste",
  "#own-hint":
    "Auch eine Liste lässt sich einfügen, je Zeile ein Satz. Das Sprachmodell, das die Zahlen " +
    "der " +
    "anderen Sätze gemacht hat, macht hier auch aus deinen Zahlen (37 MB, einmal geholt, sobald " +
    "du " +
    "schreibst). Die Absichten sind auf Englisch. {0}",
  "#bin-details summary": "Zahlen der Häufigkeiten",
  "#bin-details .scroll@aria-label": "Tabelle der Häufigkeiten",
  "#bin-details .hint":
    "Anteil jeder Art von Sätzen. Die erste und die letzte Zeile zählen auch die wenigen Werte " +
    "jenseits der Achse.",
  "#bin-table th:nth-child(1)": "Wert von",
  "#bin-table th:nth-child(2)": "bis",
  "#bin-table th:nth-child(3)": "Bekannt",
  "#bin-table th:nth-child(4)": "Fremd",
  "div:has(> #auroc) .hint":
    "Wie oft ein fremder Satz einen höheren Wert hat als ein bekannter. 50 % ist geraten, 100 % " +
    "vollkommen. Hängt nicht von der Schwelle ab.",
  "div:has(> #fpr95) .hint":
    "Anteil der fremden Sätze, die durchkommen, wenn 95 % der bekannten Testsätze angenommen " +
    "werden. Weniger ist besser.",
  "div:has(> #accuracy) dt": "Genauigkeit",
  "div:has(> #accuracy) .hint":
    "Anteil der bekannten Testsätze mit der richtigen Absicht, bevor einer abgewiesen wird.",

  "#reliability-title": "{0} Die Wahrscheinlichkeiten prüfen",
  "#reliability-section .sub":
    "Einer Wahrscheinlichkeit ist zu trauen, wenn von allen Antworten mit 80 % auch 80 % " +
    "stimmen. " +
    "Die Kalibrierung teilt die Ausgaben des Kopfes durch eine Zahl, die Temperatur, die an den " +
    "zurückgehaltenen Sätzen bestimmt ist. Das ändert, wie sicher der Kopf ist, nie welche " +
    "Absicht " +
    "er nennt.",
  '#reliability-section .sub [href="../logitnorm/"]': "LogitNorm zum Zusehen",
  "figure:has(#reliability-before) span:first-child": "Vorher: Temperatur 1",
  "figure:has(#reliability-after) span:first-child": "Nachher: Temperatur {0}",
  "#reliability-section .summary + .hint":
    "Jeder Punkt steht für die bekannten Testsätze, deren Wahrscheinlichkeit im selben " +
    "Fünfzehntel " +
    "der Skala liegt, je mehr, desto größer. Auf der gestrichelten Linie stimmen " +
    "Wahrscheinlichkeit " +
    "und Wahrheit überein; darunter ist der Kopf zu sicher, darüber zu unsicher. ECE, der " +
    "erwartete " +
    "Kalibrierungsfehler, ist der mittlere Abstand von dieser Linie. 0 % ist vollkommen.",
  "#reliability-details summary": "Zahlen der Diagramme",
  "#reliability-details .scroll@aria-label": "Tabelle der Wahrscheinlichkeiten",
  "#reliability-table tr:first-child th:nth-of-type(1)": "Vorher",
  "#reliability-table tr:first-child th:nth-of-type(2)": "Nachher",
  "#reliability-table tr:last-child th:nth-child(1)": "Wahrscheinlichkeit",
  "#reliability-table tr:last-child th:nth-child(2)": "Sätze",
  "#reliability-table tr:last-child th:nth-child(3)": "Mittel",
  "#reliability-table tr:last-child th:nth-child(4)": "Richtig",
  "#reliability-table tr:last-child th:nth-child(5)": "Sätze",
  "#reliability-table tr:last-child th:nth-child(6)": "Mittel",
  "#reliability-table tr:last-child th:nth-child(7)": "Richtig",

  "#list-title": "{0} Die Sätze lesen",
  "#list-section .sub":
    "Alle Testsätze, mit dem, was der Kopf sagt, und dem, was das Tor bei der Schwelle oben " +
    "tut. Ein " +
    "Fehler ist eine Antwort mit der falschen Absicht, ein bekannter Satz, der abgewiesen, oder " +
    "ein " +
    "fremder, der angenommen wird.",
  ".search": "Sätze und Absichten durchsuchen {0}",
  ".filters legend": "Zeige",
  ".list-note:nth-of-type(2)":
    "{0}: wie sicher der Kopf der Absicht ist, die er nennt, bei der bestimmten Temperatur. Er " +
    "nennt " +
    "immer eine; bei einem fremden Satz sagt das also nichts.",
  ".list-note:nth-of-type(2) b": "Wahrscheinlichkeit",
  ".list-note:nth-of-type(3)":
    "{0}: von den zurückgehaltenen Sätzen und diesem der Anteil, dessen Wert mindestens so hoch " +
    "ist. " +
    "Das kalibrierte Tor weist einen Satz ab, dessen p-Wert höchstens der versprochene Anteil ist.",
  ".list-note:nth-of-type(3) b": "p-Wert",
  "#list-empty": "Kein Satz passt.",

  "#keep-title": "{0} Den Kopf behalten",
  "#keep-section .sub":
    "Ein Kopf ist eine Datei: seine Gewichte, was sein Training zum Weitergehen braucht, sein " +
    "kalibriertes Tor und seine Trainingssätze als Zahlen, mit denen manche Werte vergleichen. " +
    "(Eine " +
    "von Hand verschobene Schwelle wird nicht behalten.) Behalte ihn in diesem Browser oder auf " +
    "deiner Platte, und er kommt zurück, wie er war. So oder so verlässt er diesen Rechner nur, " +
    "wenn " +
    "du ihn schickst.",
  ".keep-now h3": "Der Kopf oben",
  "#keep-form@aria-label": "In diesem Browser behalten",
  "label:has(#keep-name)": "Name {0}",
  "#keep-save": "In diesem Browser behalten",
  "#keep-download": "Den Kopf herunterladen",
  "#keep-onnx": "Als ONNX herunterladen",
  ".keep-in h3": "Ein Kopf aus einer Datei",
  "label:has(#keep-file)": "Safetensors-Datei {0}",
  "#keep-file-hint":
    "Wähl sie, oder zieh sie hierher. Auch Gewichte linearer Schichten, die in PyTorch mit " +
    "diesen " +
    "Sätzen trainiert und mit safetensors gesichert wurden, lassen sich laden.",
  "#kept-title": "In diesem Browser behalten",
  "#kept-empty": "Noch keiner.",
  "#kept th:nth-child(2)": "Größe",
  "#kept th:nth-child(3)": "Behalten am",
  "#kept th:nth-child(4) span": "Laden oder löschen",

  "footer p":
    "Sätze: ein Teil von CLINC150 von Larson u. a., EMNLP-IJCNLP 2019, {0}, aus {1}; mit " +
    "all-MiniLM-L6-v2 in Zahlen verwandelt und auf 8 Bit gerundet. Verlust: LogitNorm, Wei u. " +
    "a., " +
    "ICML 2022. Diagramme: {2} (MIT). Deine Einstellungen stehen in der Adresse dieser Seite, " +
    "Köpfe " +
    "nur da, wo du sie behältst.",
};
