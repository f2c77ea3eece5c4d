import { useSignal, type Signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Example, TaughtClass } from "../../shared/state/project";
import { text } from "../../shared/ui/texts";
import { kindText } from "./page";
import { Thumbs } from "./Thumbs";
import { deleteExamples } from "./undo";

/**
 * Older ones are made only when they are asked for: each may be a picture that the browser
 * decodes.
 */
const LATEST = 120;
/** The first that is shown moves on in steps, so that not all move with each that is added. */
const STEP = 60;

interface Props {
  readonly of: TaughtClass;
  readonly examples: readonly Example[];
  /** Ids of those that are selected. */
  readonly selection: Signal<ReadonlySet<string>>;
}

/** The examples of a class, the latest last and in view. */
export function Examples({ of, examples, selection }: Props) {
  const all = useSignal(false);
  const list = useRef<HTMLUListElement>(null);
  const from = all.value ? 0 : Math.max(0, Math.floor((examples.length - LATEST) / STEP) * STEP);

  const before = useRef(0);
  useLayoutEffect(() => {
    if (examples.length > before.current && list.current !== null)
      list.current.scrollTop = list.current.scrollHeight;
    before.current = examples.length;
  }, [examples.length]);

  if (examples.length === 0) return <div class="thumbs empty" />;
  return (
    <Thumbs
      list={list}
      label={kindText.value.examplesOf(of.name)}
      items={examples.slice(from)}
      labelOf={(index) => kindText.value.example(from + index + 1, of.name)}
      selection={selection}
      onDelete={deleteExamples}
    >
      {from > 0 && (
        <li class="all">
          <button type="button" class="quiet" onClick={() => (all.value = true)}>
            {text.value.showAll(examples.length)}
          </button>
        </li>
      )}
    </Thumbs>
  );
}
