/** Puts the focus into the name of a class that has just been made: it is what one says first. */
export function nameClass(id: string): void {
  requestAnimationFrame(() =>
    document.querySelector<HTMLInputElement>(`#class-${id} input.name`)?.select(),
  );
}
