import "./style.css";
import { render } from "preact";
import { startOffline } from "../../shared/offline";
import { byId } from "../../shared/ui/dom";
import { App } from "./App";

render(<App />, byId("page"));
startOffline();
