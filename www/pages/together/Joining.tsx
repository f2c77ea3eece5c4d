import { text } from "../../shared/ui/texts";
import { Curve } from "./Curve";
import { Failure } from "./Failure";
import { isJoining, join, leave, membership, place, refusal, type Membership } from "./membership";
import { tabs } from "./simulation";
import { words } from "./texts";

/** Codes that say that there is no server of Flower's here. */
const absent = ["server-incompatible", "server-unavailable"];

export function Joining() {
  const t = words.value.joining;
  const { value: member } = membership;
  const { code } = (refusal.value ?? {}) as { code?: string };
  return (
    <section class="panel" aria-labelledby="joining-heading">
      <h2 id="joining-heading">{t.heading}</h2>
      <p class="hint">{t.hint}</p>
      <div class="choices">
        <label class="field">
          {t.place}
          <select
            value={place.value}
            disabled={member !== undefined}
            onChange={({ currentTarget }) => (place.value = Number(currentTarget.value))}
          >
            {Array.from({ length: tabs.value }, (_, index) => (
              <option key={index} value={index}>
                {index + 1}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          class="primary"
          data-join
          onClick={() => void (member === undefined ? join() : leave())}
        >
          {member !== undefined ? t.leave : isJoining.value ? t.joining : t.join}
        </button>
      </div>
      {code !== undefined && absent.includes(code) && <p class="hint">{t.missing}</p>}
      <Failure error={refusal.value} />
      {member !== undefined && <Member {...member} />}
    </section>
  );
}

function Member({ node, state, round, rows, accuracy, beyond, failures }: Membership) {
  const t = words.value.joining;
  const { percent } = text.value;
  const last = accuracy.at(-1);
  return (
    <div class="member" data-state={state} data-round={round}>
      <dl class="facts">
        <div>
          <dt>{t.state}</dt>
          <dd aria-live="polite">{t.states[state]}</dd>
        </div>
        <div>
          <dt>{t.round}</dt>
          <dd>{round}</dd>
        </div>
        <div>
          <dt>{t.share}</dt>
          <dd>{t.rows(rows)}</dd>
        </div>
        <div>
          <dt>{t.accuracy}</dt>
          <dd>{last === undefined ? t.none : percent(last)}</dd>
        </div>
        <div class="wide">
          <dt>{t.node}</dt>
          <dd>{node}</dd>
        </div>
      </dl>
      {accuracy.length > 1 && (
        <Curve label={t.curve} values={accuracy} rounds={accuracy.length} />
      )}
      {beyond !== undefined && (
        <p class="over">{beyond.length > 0 ? t.beyond(beyond.join(", ")) : t.whole}</p>
      )}
      {failures.length > 0 && (
        <details>
          <summary>{t.failures}</summary>
          <ul>
            {failures.map((failure, index) => (
              <li key={index}>{failure}</li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
