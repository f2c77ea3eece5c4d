import "./style.css";
import { render } from "preact";
import { byId } from "../../shared/ui/dom";
import { App } from "./App";

render(<App />, byId("page"));
