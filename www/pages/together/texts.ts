import { computed } from "@preact/signals";
import type { FederationState } from "oodgate/flower";
import { text } from "../../shared/ui/texts";

/** Everything that this page says, in English. */
const en = {
  title: "Together: many tabs train one head (oodgate)",
  heading: "Many tabs train one head. Nobody shows a row.",
  lede:
    "Each tab learns from rows of its own and hands over weights. A server takes their mean, and " +
    "all go on from there. So a tab tells classes apart of which it has never seen a row.",
  skip: "Skip to the simulation",
  simulate: {
    heading: "Tabs in this page",
    hint: "The tabs are heads in this page, and the page takes the mean. No server, nothing sent.",
    tabs: "Tabs",
    division: "Who has which rows",
    even: "All classes each",
    few: "Two classes each",
    start: "Train together",
    stop: "Stop",
    curve: "Accuracy on rows of all classes, by rounds",
    alone: "the best tab by itself",
    together: "together",
    round: (round: number, of: number) => `Round ${round} of ${of}`,
    done: (accuracy: string, alone: string) =>
      `Together ${accuracy} right, the best tab by itself ${alone}.`,
    tab: (number: number) => `Tab ${number}`,
    aloneIs: (accuracy: string) => `by itself ${accuracy} right`,
    accepted: (share: string) => `its gate accepts ${share} of rows like its own`,
    beyond: (names: string) => `beyond its gate’s promise: ${names}`,
  },
  joining: {
    heading: "A federation that is running",
    hint:
      "If a Flower server is behind this page, this tab can be one of its nodes. It takes the " +
      "rows of one tab of the division above. The server tells no node who else is in.",
    place: "Rows of tab",
    join: "Join",
    joining: "Joining …",
    leave: "Leave",
    node: "Node",
    state: "Now",
    round: "Round",
    share: "Own share",
    rows: (rows: number) => `${rows} rows`,
    accuracy: "Right on own held-out rows",
    none: "none yet",
    states: {
      waiting: "waiting for work",
      training: "training on its rows",
      evaluating: "measuring the common weights",
      reconnecting: "the server does not answer, asking again",
      calibrating: "setting its gate",
      left: "left",
    } satisfies Record<FederationState, string>,
    missing: "There is no Flower server behind this page. Below is how to start one.",
    curve: "Accuracy of the common weights on this tab’s held-out rows",
    beyond: (names: string) => `The run is over, and the gate is set. Beyond its promise: ${names}.`,
    whole: "The run is over, and the gate is set, for all classes.",
    failures: "What went wrong on the way",
  },
  server: {
    heading: "Start a server",
    hint:
      "From a copy of the repository, with Python 3.11: one command starts Flower’s SuperLink, a " +
      "proxy that passes the nodes’ calls alone, and this page. Open it in several tabs and join.",
  },
};

type Texts = typeof en;

const de: Texts = {
  title: "Gemeinsam: viele Tabs trainieren einen Kopf (oodgate)",
  heading: "Viele Tabs trainieren einen Kopf. Keiner zeigt eine Zeile.",
  lede:
    "Jeder Tab lernt aus eigenen Zeilen und gibt Gewichte weiter. Ein Server bildet das Mittel, " +
    "und alle machen damit weiter. So unterscheidet ein Tab Klassen, von denen er nie eine Zeile " +
    "gesehen hat.",
  skip: "Zur Simulation",
  simulate: {
    heading: "Tabs in dieser Seite",
    hint:
      "Die Tabs sind Köpfe in dieser Seite, und die Seite bildet das Mittel. Kein Server, nichts " +
      "wird gesendet.",
    tabs: "Tabs",
    division: "Wer welche Zeilen hat",
    even: "Jeder alle Klassen",
    few: "Jeder zwei Klassen",
    start: "Gemeinsam trainieren",
    stop: "Anhalten",
    curve: "Genauigkeit auf Zeilen aller Klassen, nach Runden",
    alone: "der beste Tab für sich",
    together: "gemeinsam",
    round: (round, of) => `Runde ${round} von ${of}`,
    done: (accuracy, alone) => `Gemeinsam ${accuracy} richtig, der beste Tab für sich ${alone}.`,
    tab: (number) => `Tab ${number}`,
    aloneIs: (accuracy) => `für sich ${accuracy} richtig`,
    accepted: (share) => `sein Tor nimmt ${share} der Zeilen wie seiner eigenen an`,
    beyond: (names) => `jenseits des Versprechens seines Tors: ${names}`,
  },
  joining: {
    heading: "Eine Föderation, die läuft",
    hint:
      "Steht ein Flower-Server hinter dieser Seite, kann dieser Tab einer seiner Knoten sein. Er " +
      "nimmt die Zeilen eines Tabs der Aufteilung oben. Der Server sagt keinem Knoten, wer noch " +
      "dabei ist.",
    place: "Zeilen von Tab",
    join: "Beitreten",
    joining: "Tritt bei …",
    leave: "Austreten",
    node: "Knoten",
    state: "Jetzt",
    round: "Runde",
    share: "Eigener Anteil",
    rows: (rows) => `${rows} Zeilen`,
    accuracy: "Richtig auf eigenen Prüfzeilen",
    none: "noch keine",
    states: {
      waiting: "wartet auf Arbeit",
      training: "trainiert auf seinen Zeilen",
      evaluating: "misst die gemeinsamen Gewichte",
      reconnecting: "der Server antwortet nicht, fragt wieder",
      calibrating: "stellt sein Tor ein",
      left: "ausgetreten",
    },
    missing: "Hinter dieser Seite steht kein Flower-Server. Unten steht, wie man einen startet.",
    curve: "Genauigkeit der gemeinsamen Gewichte auf den Prüfzeilen dieses Tabs",
    beyond: (names) =>
      `Der Lauf ist zu Ende, und das Tor ist eingestellt. Jenseits seines Versprechens: ${names}.`,
    whole: "Der Lauf ist zu Ende, und das Tor ist eingestellt, für alle Klassen.",
    failures: "Was unterwegs misslang",
  },
  server: {
    heading: "Einen Server starten",
    hint:
      "Aus einer Kopie des Repositorys, mit Python 3.11: Ein Befehl startet Flowers SuperLink, " +
      "einen Proxy, der nur die Aufrufe der Knoten durchlässt, und diese Seite. In mehreren Tabs " +
      "öffnen und beitreten.",
  },
};

export const words = computed<Texts>(() => (text.value.language === "de" ? de : en));
