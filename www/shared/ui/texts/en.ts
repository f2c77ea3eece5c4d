/** Everything that the Teach page says, in English. Another language has the same shape. */

const number = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const one = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

const count = (n: number, singular: string, plural: string): string =>
  `${number.format(n)} ${n === 1 ? singular : plural}`;
const pictures = (n: number): string => count(n, "picture", "pictures");
const rows = (n: number): string => count(n, "row", "rows");
const sentences = (n: number): string => count(n, "sentence", "sentences");
const whole = (share: number): string => `${number.format(share * 100)} %`;
const percent = (share: number): string =>
  share < 0.1 ? `${one.format(share * 100)} %` : `${number.format(share * 100)} %`;

export const en = {
  language: "en",
  languageName: "English",
  chooseLanguage: "Language",
  percent,
  wholePercent: whole,

  title: "Teach it, and it says “none of these” (oodgate)",
  pages: {
    label: "Pages",
    teach: "Teach",
    text: "Text intents",
    logitnorm: "LogitNorm",
    playground: "Playground",
    together: "Together",
    reference: "API",
  },
  privacy: "Runs in this tab. What you show it never leaves it.",
  skip: "Skip to the classes",
  heading: "Teach it what you have. It says “none of these” to the rest.",

  /** What differs between the kinds of things that can be taught. */
  kind: "What to teach it with",
  kinds: {
    pictures: {
      name: "Camera and pictures",
      lede:
        "Show each thing to your camera, or drop in pictures. It learns in a blink, names what " +
        "it was taught, and owns up when it sees something else.",
      count: pictures,
      examplesOf: (name: string) => `Pictures of ${name}`,
      example: (n: number, name: string) => `Picture ${n} of ${name}`,
      empty: "Hold the button and show it from all sides, or drop pictures here.",
      again:
        "Now once more, from another angle or in other light: each recording is checked by what " +
        "the other taught.",
      nearest: "Nearest of your pictures",
      nothing: "Record two things, twice each.",
      waiting: "Waiting for a picture",
      model: "vision model",
      missing: "",
      add: (name: string) => `Pictures to add to ${name}`,
      addHint: "",
    },
    words: {
      name: "Words",
      lede:
        "Write a few sentences of each kind, or paste them. It learns by itself, tells the " +
        "kinds apart by their meaning, and owns up when a sentence is of none of them.",
      count: sentences,
      examplesOf: (name: string) => `Sentences of ${name}`,
      example: (n: number, name: string) => `Sentence ${n} of ${name}`,
      empty: "Type a sentence and press Enter, or paste many, one a line.",
      again: "",
      nearest: "Nearest of your sentences",
      nothing: "Write thirty sentences of each class.",
      waiting: "Waiting for a sentence",
      model: "language model",
      missing: "Neither this site nor the usual hub has it now.",
      add: (name: string) => `Sentences to add to ${name}`,
      addHint: "Type or paste sentences",
    },
    numbers: {
      name: "Numbers",
      lede:
        "Open a table with a class in each row, type rows, or move a phone. It learns by itself, " +
        "and owns up when a row is unlike all that it was taught.",
      count: rows,
      examplesOf: (name: string) => `Rows of ${name}`,
      example: (n: number, name: string) => `Row ${n} of ${name}`,
      empty: "Type a row such as 5.1, 3.5, 1.4 and press Enter, paste many, or open a table.",
      again: "",
      nearest: "Nearest of your rows",
      nothing: "Open a table, or type rows.",
      waiting: "Waiting for a row",
      model: "",
      missing: "",
      add: (name: string) => `Rows to add to ${name}`,
      addHint: "Type or paste rows",
    },
  },

  classes: "What it is taught",
  addClass: "Add a class",
  className: (n: number) => `Class ${n}`,
  nameOf: (name: string) => `Name of the class ${name}`,
  record: "Hold to record",
  recordLabel: (name: string) => `Hold to record ${name}`,
  recording: "Recording",
  addFiles: "Add pictures",
  addFilesLabel: (name: string) => `Add pictures to ${name}`,
  switchOff: "Switch off",
  switchOn: "Switch on",
  switchLabel: (name: string, on: boolean) => (on ? `Switch off ${name}` : `Switch on ${name}`),
  remove: "Remove",
  removeLabel: (name: string) => `Remove ${name}`,
  off: "Off: it is not taught, and should be answered with “none of these”.",
  addWordsButton: "Add",
  askWords: "Ask about a sentence",
  askWordsHint: "Type a sentence",
  tryWords: "What it reads",
  tryNumbers: "A row to ask about",
  showAll: (n: number) => `Show all ${number.format(n)}`,
  selected: (n: number) => `${number.format(n)} selected`,
  deleteSelected: "Delete",
  moveTo: "Move to",
  clearSelection: "Cancel",

  pasted: {
    add: (things: string) => `Add ${things}`,
    known: (things: string) => `${things} left out: there already, or twice.`,
  },

  hints: {
    more: (things: string) => `${things} more would do.`,
    fine: "Enough to learn and to check.",
  },

  camera: {
    heading: "What it sees",
    on: "Use the camera",
    off: "Camera off",
    asking: "The browser asks whether this page may use the camera.",
    choose: "Camera",
    unnamed: (n: number) => `Camera ${n}`,
    mirror: "Mirror",
    denied:
      "The camera is blocked for this page. Allow it in the address bar, or drop in pictures " +
      "instead.",
    none: "No camera was found. Drop in pictures instead.",
    lost: "The camera is gone. Plug it in again, or choose another.",
    busy: "Another program uses the camera. Close it there, and try again.",
    insecure: "Browsers give a camera only to pages under https. Drop in pictures instead.",
    ask: "Or drop, paste or choose a picture to ask about",
    askShort: "Ask about a picture",
    asked: "The picture you asked about",
    back: "Back to the camera",
    close: "Take it away",
  },

  /** Numbers of a phone's motion sensor. */
  motion: {
    use: "Use the motion sensor",
    heading: "How it is moved",
    on: "Turn the sensor on",
    off: "Sensor off",
    asking: "Asking for the motion sensor.",
    denied:
      "The motion sensor is blocked for this page. Allow it in the browser’s settings for this " +
      "page, and try again.",
    none: "No motion sensor was found. Open this page on a phone, or open a table.",
    insecure: "Browsers give a motion sensor only to pages under https.",
    kind: {
      lede:
        "Move the phone in one way, then in another, while you hold the button of a class. It " +
        "learns by itself, and owns up when a movement is unlike all that it was taught.",
      count: (n: number) => count(n, "window", "windows"),
      examplesOf: (name: string) => `Windows of ${name}`,
      example: (n: number, name: string) => `Window ${n} of ${name}`,
      empty: "Hold the button and move the phone: each window is the last two seconds.",
      again:
        "Now once more, a little otherwise: each recording is checked by what the other taught.",
      nearest: "Nearest of your windows",
      nothing: "Record two movements, twice each.",
      waiting: "Waiting for two seconds",
    },
  },

  model: {
    title: "Getting ready",
    loading: (model: string, received: number, total: number) =>
      `Loading the ${model}: ${one.format(received / 1e6)} of ${one.format(total / 1e6)} MB`,
    starting: (model: string) => `Starting the ${model}`,
    failed: (model: string, why: string) => `The ${model} could not be loaded. ${why}`,
    again: "Try again",
  },

  verdict: {
    nothing: "Nothing taught yet",
    none: "None of these",
    uncheckedHint: "It cannot say “none of these” yet.",
    // p-value in words, for the accepted and the rejected.
    p: (p: number) => `p = ${p.toFixed(3)}`,
    likelier: (p: number) => `${percent(p)} of what it knows looks at least this unusual.`,
    below: (p: number, alpha: number) =>
      `Only ${percent(p)} of what it knows looks this unusual, and you allow ${whole(alpha)}.`,
    bars: "Probability of each class",
  },

  alpha: {
    before: "Be wrong about known things at most",
    after: "of the time",
  },

  training: {
    idle: "It learns by itself as soon as it has been shown a few things.",
    training: "Learning",
    ready: (things: string, ms: number) =>
      `Learned from ${things}, each checked by what was learned without it, in ` +
      `${number.format(ms)} ms.`,
    plain: (things: string, ms: number) => `Learned from ${things} in ${number.format(ms)} ms.`,
    failed: (why: string) => `It could not learn: ${why}`,
    rate: (perSecond: number) => `${count(Math.round(perSecond), "answer", "answers")} a second`,
    tooFew: (alpha: number, has: number, needs: string) =>
      `Too few to promise ${whole(alpha)}: it takes ${needs} to check on, and there are ${has}.`,
    useAllowed: (alpha: number) => `Use ${whole(alpha)}`,
    provisional: (names: readonly string[]) =>
      `Provisional: ${new Intl.ListFormat("en").format(names)} ` +
      `${names.length === 1 ? "was" : "were"} recorded only once, so the check is on examples ` +
      "much like those it learned. Record again for a fair one.",
  },

  project: {
    name: "Project name",
    untitled: "My project",
    new: "New project",
    open: "Open another",
    choose: (n: number) => `Choose of ${number.format(n)}`,
    delete: "Delete this project",
    save: "Save to a file",
    load: "Open a file",
    withPictures: "with pictures",
    refused: "This file is no project that this page can read.",
    reallyDelete: "Really delete it, with all in it",
    saved: "saved in this browser",
    saving: "saving",
    notSaved: (why: string) => `not saved: ${why}`,
    loading: "opening",
  },

  table: {
    open: "Open a table (CSV)",
    hint: "The first line names the columns; one of them holds the class.",
    added: (n: number) => `${rows(n)} added.`,
    skipped: (n: number) => `Added, without ${rows(n)} that lack a number or a class.`,
    empty: () => "There are no rows in this file.",
    "no-class": () => "No column of this file holds classes: name one “class”.",
    "no-numbers": () => "No column of this file holds numbers.",
    width: (n: number) =>
      `A row of this project has ${count(n, "number", "numbers")}, separated by commas.`,
    other: (n: number) =>
      `This table has other columns than the project, which has ${number.format(n)}: open it in ` +
      "a new project.",
    "not-motion": () =>
      "This project has rows of a table: begin a new project for the motion sensor.",
  },

  export: {
    heading: "Use it in a page of your own",
    words: {
      pictures:
        "Put three files into one folder of a web server: the head, the vision model, and this " +
        "page.",
      words:
        "Put two files into one folder of a web server: the head and this page. The language " +
        "model comes from the usual hub.",
      numbers: "Put two files into one folder of a web server: the head and this page.",
    },
    make: "Make the file",
    download: (name: string) => `Download ${name}`,
    model: "Vision model (3.5 MB)",
    copy: "Copy the page",
    copied: "Copied.",
    code: "The page",
    warning: "Warning: the file holds what the head learned from, as numbers.",
  },

  sample: {
    offer: "Nothing at hand? Try a sample",
    name: "Sample",
    pictures: { first: "Mug", second: "Plant" },
    words: { first: "Café", second: "Bicycle workshop" },
    numbers: { first: "Shake", second: "Circle" },
  },

  tray: {
    title: "Unknown so far",
    hint: (things: string, most: number) =>
      `${things} it did not know, alike ones together. Say where they belong, by the menu or by ` +
      `dragging: it learns from them at once. At most ${number.format(most)} are kept, until you ` +
      "leave the page.",
    clear: "Throw all away",
    group: (n: number) => `Group ${number.format(n)}`,
    item: (n: number, group: string) => `${n} of ${group}`,
    move: (things: string) => `Move ${things} to`,
    moveLabel: (things: string, group: string) => `Move ${things} of ${group} to`,
    newClass: "A new class",
    unknown: "None of these, for good",
    unknownClass: "None of these",
    discard: "Throw away",
    discardLabel: (things: string, group: string) => `Throw away ${things} of ${group}`,
  },

  alarm: {
    title: "For a while almost nothing has looked like what you taught.",
    advice:
      "If the camera, the light or the background has changed, record each class once more as it " +
      "looks now. If these are new things, say below what they are.",
    dismiss: "Dismiss",
  },

  undo: {
    examples: (things: string) => `${things} deleted.`,
    moved: (things: string, name: string) => `${things} moved to ${name}.`,
    class: (name: string) => `${name} removed.`,
    button: "Undo",
  },

  /** What a visitor can do about an error of the package, by its code. */
  advice: {
    "webgpu-unavailable":
      "This browser offers no WebGPU device here. Choose Auto or CPU and try again.",
    "device-lost":
      "The graphics device went away, for example after sleep or a driver reset. Try again, or " +
      "choose CPU.",
    "out-of-memory": "Try a smaller batch, fewer hidden units, or CPU.",
    "not-finite":
      "The numbers grew without bound. Try a smaller learning rate or a larger temperature.",
    "wasm-unavailable":
      "The WebAssembly file could not be loaded. Reload the page; if that does not help, the " +
      "browser is too old or blocks it.",
    crashed: "This is a fault of the package. The page goes on: try again.",
    disposed: "Another head has taken its place in the meantime. Try again.",
    "invalid-file":
      "Choose a file that this page or head.save() made, or weights that were saved from PyTorch " +
      "with safetensors.",
    "quota-exceeded": "Delete heads that you no longer need, or download this one as a file.",
    "storage-unavailable":
      "The browser lets this page keep nothing, for example in a private window. Download the " +
      "head " +
      "as a file instead.",
  },

  files: {
    reading: (done: number, all: number) => `Reading ${done + 1} of ${all}`,
    refused: (names: readonly string[]) =>
      `${names.length === 1 ? `“${names[0]}” is` : `${names.length} files are`} no picture that ` +
      "this browser can read.",
  },
};

export type Texts = typeof en;
/** Of what is taught now. */
export type KindTexts = Texts["kinds"]["pictures"];
