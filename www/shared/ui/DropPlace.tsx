import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";

interface Props {
  readonly id?: string;
  readonly class: string;
  readonly style?: string;
  readonly label: string;
  readonly onFiles: (files: File[]) => void;
  /** What is dropped is no file, but a part of this page. */
  readonly onPart?: () => void;
  readonly children: ComponentChildren;
}

/** A part of the page that takes files: dropped on it, or pasted while the focus is inside. */
export function DropPlace({ id, class: name, style, label, onFiles, onPart, children }: Props) {
  const over = useSignal(false);
  const take = (event: Event, transfer: DataTransfer | null): void => {
    const files = [...(transfer?.files ?? [])];
    over.value = false;
    if (files.length === 0) return event.type === "drop" ? onPart?.() : undefined;
    event.preventDefault();
    onFiles(files);
  };
  return (
    <section
      {...(id !== undefined && { id })}
      class={over.value ? `${name} is-over` : name}
      {...(style !== undefined && { style })}
      aria-label={label}
      onDragOver={(event) => {
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={(event) => {
        // Not when it only passes from one part inside to another.
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) over.value = false;
      }}
      onDrop={(event) => take(event, event.dataTransfer)}
      onPaste={(event) => take(event, event.clipboardData)}
    >
      {children}
    </section>
  );
}
