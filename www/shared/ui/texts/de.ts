import type { Texts } from "./en";

/** The same in German. */

const number = new Intl.NumberFormat("de", { maximumFractionDigits: 0 });
const one = new Intl.NumberFormat("de", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const three = new Intl.NumberFormat("de", { minimumFractionDigits: 3, maximumFractionDigits: 3 });

const count = (n: number, singular: string, plural: string): string =>
  `${number.format(n)} ${n === 1 ? singular : plural}`;
const pictures = (n: number): string => count(n, "Bild", "Bilder");
const rows = (n: number): string => count(n, "Zeile", "Zeilen");
const sentences = (n: number): string => count(n, "Satz", "Sätze");
const whole = (share: number): string => `${number.format(share * 100)} %`;
const percent = (share: number): string =>
  share < 0.1 ? `${one.format(share * 100)} %` : `${number.format(share * 100)} %`;

export const de: Texts = {
  language: "de",
  languageName: "Deutsch",
  chooseLanguage: "Sprache",
  percent,
  wholePercent: whole,

  title: "Bring ihm etwas bei, und es sagt „nichts davon“ (oodgate)",
  pages: {
    label: "Seiten",
    teach: "Beibringen",
    text: "Text intents",
    logitnorm: "LogitNorm",
    playground: "Spielplatz",
    together: "Gemeinsam",
    reference: "API",
  },
  privacy: "Läuft in diesem Tab. Was du zeigst, bleibt hier.",
  skip: "Zu den Klassen",
  heading: "Bring ihm bei, was du hast. Zum Rest sagt es „nichts davon“.",

  kind: "Womit beibringen",
  kinds: {
    pictures: {
      name: "Kamera und Bilder",
      lede:
        "Zeig jedes Ding der Kamera, oder zieh Bilder hierher. Es lernt im Nu, nennt beim " +
        "Namen, was es kennt, und gibt zu, wenn es etwas anderes sieht.",
      count: pictures,
      examplesOf: (name) => `Bilder von ${name}`,
      example: (n, name) => `Bild ${n} von ${name}`,
      empty:
        "Knopf gedrückt halten und das Ding von allen Seiten zeigen, oder Bilder hierher ziehen.",
      again:
        "Nun noch einmal, aus anderem Winkel oder in anderem Licht: jede Aufnahme wird durch das " +
        "geprüft, was die andere gelehrt hat.",
      nearest: "Die ähnlichsten deiner Bilder",
      nothing: "Nimm zwei Dinge auf, jedes zweimal.",
      waiting: "Wartet auf ein Bild",
      model: "Bildmodell",
      missing: "",
      add: (name) => `Bilder zu ${name} hinzufügen`,
      addHint: "",
    },
    words: {
      name: "Wörter",
      lede:
        "Schreib von jeder Art einige Sätze, oder füge sie ein. Es lernt von selbst, " +
        "unterscheidet nach der Bedeutung und gibt zu, wenn ein Satz zu keiner Art gehört. Das " +
        "Sprachmodell versteht Englisch am besten.",
      count: sentences,
      examplesOf: (name) => `Sätze von ${name}`,
      example: (n, name) => `Satz ${n} von ${name}`,
      empty: "Einen Satz schreiben und Enter drücken, oder viele einfügen, je Zeile einen.",
      again: "",
      nearest: "Die ähnlichsten deiner Sätze",
      nothing: "Schreib dreißig Sätze je Klasse.",
      waiting: "Wartet auf einen Satz",
      model: "Sprachmodell",
      missing: "Weder diese Seite noch der übliche Hub hat es gerade.",
      add: (name) => `Sätze zu ${name} hinzufügen`,
      addHint: "Sätze schreiben oder einfügen",
    },
    numbers: {
      name: "Zahlen",
      lede:
        "Öffne eine Tabelle mit einer Klasse je Zeile, schreib Zeilen, oder beweg ein Telefon. " +
        "Es lernt von selbst und gibt zu, wenn eine Zeile anders ist als alles, was es kennt.",
      count: rows,
      examplesOf: (name) => `Zeilen von ${name}`,
      example: (n, name) => `Zeile ${n} von ${name}`,
      empty:
        "Eine Zeile wie 5.1, 3.5, 1.4 schreiben und Enter drücken, viele einfügen oder eine " +
        "Tabelle öffnen.",
      again: "",
      nearest: "Die ähnlichsten deiner Zeilen",
      nothing: "Öffne eine Tabelle, oder schreib Zeilen.",
      waiting: "Wartet auf eine Zeile",
      model: "",
      missing: "",
      add: (name) => `Zeilen zu ${name} hinzufügen`,
      addHint: "Zeilen schreiben oder einfügen",
    },
  },

  classes: "Was es lernt",
  addClass: "Klasse hinzufügen",
  className: (n) => `Klasse ${n}`,
  nameOf: (name) => `Name der Klasse ${name}`,
  record: "Halten und aufnehmen",
  recordLabel: (name) => `Halten und aufnehmen: ${name}`,
  recording: "Nimmt auf",
  addFiles: "Bilder",
  addFilesLabel: (name) => `Bilder zu ${name} hinzufügen`,
  switchOff: "Ausschalten",
  switchOn: "Einschalten",
  switchLabel: (name, on) => (on ? `Ausschalten: ${name}` : `Einschalten: ${name}`),
  remove: "Entfernen",
  removeLabel: (name) => `Entfernen: ${name}`,
  off: "Aus: wird nicht gelernt, und die Antwort sollte „nichts davon“ sein.",
  askWords: "Nach einem Satz fragen",
  askWordsHint: "Satz schreiben",
  addWordsButton: "Hinzu",
  tryWords: "Was es liest",
  tryNumbers: "Eine Zeile, nach der gefragt wird",
  showAll: (n) => `Alle ${number.format(n)} zeigen`,
  selected: (n) => `${number.format(n)} gewählt`,
  deleteSelected: "Löschen",
  moveTo: "Verschieben nach",
  clearSelection: "Abbrechen",

  pasted: {
    add: (things) => `${things} hinzufügen`,
    known: (things) => `${things} weggelassen: schon da, oder doppelt.`,
  },

  hints: {
    more: (things) => `${things} mehr wären gut.`,
    fine: "Genug, um zu lernen und zu prüfen.",
  },

  camera: {
    heading: "Was es sieht",
    on: "Kamera benutzen",
    off: "Kamera aus",
    asking: "Der Browser fragt, ob diese Seite die Kamera benutzen darf.",
    choose: "Kamera",
    unnamed: (n) => `Kamera ${n}`,
    mirror: "Spiegeln",
    denied:
      "Die Kamera ist für diese Seite gesperrt. Erlaube sie in der Adressleiste, oder zieh " +
      "Bilder hierher.",
    none: "Keine Kamera gefunden. Zieh stattdessen Bilder hierher.",
    lost: "Die Kamera ist weg. Steck sie wieder ein, oder wähle eine andere.",
    busy: "Ein anderes Programm benutzt die Kamera. Schließ es dort, und versuch es noch einmal.",
    insecure: "Browser geben eine Kamera nur Seiten unter https. Zieh stattdessen Bilder hierher.",
    ask: "Oder zieh ein Bild hierher, nach dem du fragen willst",
    askShort: "Nach einem Bild fragen",
    asked: "Das Bild, nach dem du gefragt hast",
    back: "Zurück zur Kamera",
    close: "Wegnehmen",
  },

  motion: {
    use: "Bewegungssensor benutzen",
    heading: "Wie es bewegt wird",
    on: "Sensor einschalten",
    off: "Sensor aus",
    asking: "Fragt nach dem Bewegungssensor.",
    denied:
      "Der Bewegungssensor ist für diese Seite gesperrt. Erlaube ihn in den Einstellungen des " +
      "Browsers für diese Seite, und versuch es noch einmal.",
    none:
      "Kein Bewegungssensor gefunden. Öffne diese Seite auf einem Telefon, oder öffne eine " +
      "Tabelle.",
    insecure: "Browser geben einen Bewegungssensor nur Seiten unter https.",
    kind: {
      lede:
        "Beweg das Telefon auf eine Weise, dann auf eine andere, während du den Knopf einer " +
        "Klasse hältst. Es lernt von selbst und gibt zu, wenn eine Bewegung anders ist als " +
        "alles, was es kennt.",
      count: (n) => count(n, "Fenster", "Fenster"),
      examplesOf: (name) => `Fenster von ${name}`,
      example: (n, name) => `Fenster ${n} von ${name}`,
      empty: "Knopf halten und das Telefon bewegen: jedes Fenster sind die letzten zwei Sekunden.",
      again:
        "Nun noch einmal, ein wenig anders: jede Aufnahme wird durch das geprüft, was die andere " +
        "gelehrt hat.",
      nearest: "Die ähnlichsten deiner Fenster",
      nothing: "Nimm zwei Bewegungen auf, jede zweimal.",
      waiting: "Wartet zwei Sekunden",
    },
  },

  model: {
    title: "Macht sich bereit",
    loading: (model, received, total) =>
      `Lädt das ${model}: ${one.format(received / 1e6)} von ${one.format(total / 1e6)} MB`,
    starting: (model) => `Startet das ${model}`,
    failed: (model, why) => `Das ${model} konnte nicht geladen werden. ${why}`,
    again: "Noch einmal",
  },

  verdict: {
    nothing: "Noch nichts gelernt",
    none: "Nichts davon",
    uncheckedHint: "Es kann noch nicht „nichts davon“ sagen.",
    p: (p) => `p = ${three.format(p)}`,
    likelier: (p) => `${percent(p)} von dem, was es kennt, sieht mindestens so ungewöhnlich aus.`,
    below: (p, alpha) =>
      `Nur ${percent(p)} von dem, was es kennt, sieht so ungewöhnlich aus, und du erlaubst ` +
      `${whole(alpha)}.`,
    bars: "Wahrscheinlichkeit jeder Klasse",
  },

  alpha: {
    before: "Bei Bekanntem höchstens in",
    after: "der Fälle falsch liegen",
  },

  training: {
    idle: "Es lernt von selbst, sobald du ihm etwas gezeigt hast.",
    training: "Lernt",
    ready: (things, ms) =>
      `Gelernt aus: ${things}, jedes geprüft durch das, was ohne es gelernt wurde, in ` +
      `${number.format(ms)} ms.`,
    plain: (things, ms) => `Gelernt aus: ${things}, in ${number.format(ms)} ms.`,
    failed: (why) => `Es konnte nicht lernen: ${why}`,
    rate: (perSecond) => `${count(Math.round(perSecond), "Antwort", "Antworten")} je Sekunde`,
    tooFew: (alpha, has, needs) =>
      `Zu wenig, um ${whole(alpha)} zu versprechen: zum Prüfen braucht es ${needs}, und es sind ` +
      `${has}.`,
    useAllowed: (alpha) => `${whole(alpha)} nehmen`,
    provisional: (names) =>
      `Vorläufig: ${new Intl.ListFormat("de").format(names)} ` +
      `${names.length === 1 ? "wurde" : "wurden"} nur einmal aufgenommen, geprüft wird also an ` +
      "fast denselben Beispielen. Nimm noch einmal auf.",
  },

  project: {
    name: "Name des Projekts",
    untitled: "Mein Projekt",
    new: "Neues Projekt",
    open: "Ein anderes öffnen",
    choose: (n) => `Aus ${number.format(n)} wählen`,
    delete: "Dieses Projekt löschen",
    save: "In eine Datei sichern",
    load: "Datei öffnen",
    withPictures: "mit Bildern",
    refused: "Diese Datei ist kein Projekt, das diese Seite lesen kann.",
    reallyDelete: "Wirklich löschen, mit allem darin",
    saved: "in diesem Browser gesichert",
    saving: "sichert",
    notSaved: (why) => `nicht gesichert: ${why}`,
    loading: "öffnet",
  },

  table: {
    open: "Tabelle öffnen (CSV)",
    hint: "Die erste Zeile nennt die Spalten; eine davon enthält die Klasse.",
    added: (n) => `${rows(n)} hinzugefügt.`,
    skipped: (n) => `Hinzugefügt, ohne ${rows(n)}, in denen eine Zahl oder die Klasse fehlt.`,
    empty: () => "In dieser Datei sind keine Zeilen.",
    "no-class": () => "Keine Spalte dieser Datei enthält Klassen: nenne eine „class“.",
    "no-numbers": () => "Keine Spalte dieser Datei enthält Zahlen.",
    width: (n) =>
      `Eine Zeile dieses Projekts hat ${count(n, "Zahl", "Zahlen")}, durch Kommas getrennt.`,
    other: (n) =>
      `Diese Tabelle hat andere Spalten als das Projekt, das ${number.format(n)} hat: öffne sie ` +
      "in einem neuen.",
    "not-motion": () =>
      "Dieses Projekt hat Zeilen einer Tabelle: beginn für den Bewegungssensor ein neues.",
  },

  export: {
    heading: "In einer eigenen Seite benutzen",
    words: {
      pictures:
        "Leg drei Dateien in einen Ordner eines Webservers: den Kopf, das Bildmodell und diese " +
        "Seite.",
      words:
        "Leg zwei Dateien in einen Ordner eines Webservers: den Kopf und diese Seite. Das " +
        "Sprachmodell kommt vom üblichen Hub.",
      numbers: "Leg zwei Dateien in einen Ordner eines Webservers: den Kopf und diese Seite.",
    },
    make: "Datei herstellen",
    download: (name) => `${name} herunterladen`,
    model: "Bildmodell (3,5 MB)",
    copy: "Seite kopieren",
    copied: "Kopiert.",
    code: "Die Seite",
    warning: "Achtung: die Datei enthält als Zahlen, woraus der Kopf gelernt hat.",
  },

  sample: {
    offer: "Nichts zur Hand? Ein Beispiel",
    name: "Beispiel",
    pictures: { first: "Becher", second: "Pflanze" },
    words: { first: "Café", second: "Fahrradwerkstatt" },
    numbers: { first: "Schütteln", second: "Kreisen" },
  },

  tray: {
    title: "Bisher unbekannt",
    hint: (things, most) =>
      `${things}, nicht erkannt; was sich gleicht, liegt beisammen. Sag, wohin es gehört, mit ` +
      `dem ` +
      `Menü oder durch Ziehen: es lernt sofort daraus. Höchstens ${number.format(most)} bleiben ` +
      "hier, bis du die Seite verlässt.",
    clear: "Alles wegwerfen",
    group: (n) => `Gruppe ${number.format(n)}`,
    item: (n, group) => `${n} aus ${group}`,
    move: (things) => `${things} verschieben nach`,
    moveLabel: (things, group) => `${things} aus ${group} verschieben nach`,
    newClass: "Neue Klasse",
    unknown: "Für immer „nichts davon“",
    unknownClass: "Nichts davon",
    discard: "Wegwerfen",
    discardLabel: (things, group) => `Wegwerfen: ${things} aus ${group}`,
  },

  alarm: {
    title: "Seit einer Weile sieht fast nichts aus wie das, was du ihm beigebracht hast.",
    advice:
      "Wenn sich Kamera, Licht oder Hintergrund geändert haben, nimm jede Klasse noch einmal " +
      "auf, " +
      "wie sie jetzt aussieht. Wenn das neue Dinge sind, sag unten, welche.",
    dismiss: "Schließen",
  },

  undo: {
    examples: (things) => `${things} gelöscht.`,
    moved: (things, name) => `${things} nach ${name} verschoben.`,
    class: (name) => `${name} entfernt.`,
    button: "Rückgängig",
  },

  advice: {
    "webgpu-unavailable":
      "Dieser Browser bietet hier kein WebGPU-Gerät. Wähl „Automatisch“ oder CPU, und versuch es " +
      "noch einmal.",
    "device-lost":
      "Die Grafikkarte ist weg, zum Beispiel nach dem Ruhezustand oder einem neuen Treiber. " +
      "Versuch " +
      "es noch einmal, oder wähl CPU.",
    "out-of-memory":
      "Versuch es mit kleinerem Stapel, weniger verborgenen Einheiten oder auf der CPU.",
    "not-finite":
      "Die Zahlen wuchsen ohne Grenze. Versuch es mit kleinerer Lernrate oder größerer Temperatur.",
    "wasm-unavailable":
      "Die WebAssembly-Datei konnte nicht geladen werden. Lade die Seite neu; hilft das nicht, " +
      "ist " +
      "der Browser zu alt oder sperrt sie.",
    crashed: "Das ist ein Fehler des Pakets. Die Seite geht weiter: versuch es noch einmal.",
    disposed: "Inzwischen ist ein anderer Kopf an seine Stelle getreten. Versuch es noch einmal.",
    "invalid-file":
      "Wähl eine Datei, die diese Seite oder head.save() gemacht hat, oder Gewichte, die aus " +
      "PyTorch " +
      "mit safetensors gesichert wurden.",
    "quota-exceeded":
      "Lösch Köpfe, die du nicht mehr brauchst, oder lade diesen als Datei herunter.",
    "storage-unavailable":
      "Der Browser lässt diese Seite nichts behalten, zum Beispiel in einem privaten Fenster. " +
      "Lade " +
      "den Kopf als Datei herunter.",
  },

  files: {
    reading: (done, all) => `Liest ${done + 1} von ${all}`,
    refused: (names) =>
      `${names.length === 1 ? `„${names[0]}“ ist` : `${names.length} Dateien sind`} kein Bild, ` +
      "das dieser Browser lesen kann.",
  },
};
