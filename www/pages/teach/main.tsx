import "./style.css";
import { render } from "preact";
import { startOffline } from "../../shared/offline";
import { byId } from "../../shared/ui/dom";
import { App } from "./App";
import { projects } from "./page";

// Before anything can be pressed: a choice waits for it, and what was open last does not overrule
// it.
void projects.start();
render(<App />, byId("page"));
startOffline();
