import { text } from "../../shared/ui/texts";
import { undo, undoable } from "./undo";

export function Undo() {
  const offer = undoable.value;
  if (offer === undefined) return null;
  return (
    <div class="notice undo">
      <span>{offer.message}</span>
      <button type="button" onClick={undo}>
        {text.value.undo.button}
      </button>
    </div>
  );
}
