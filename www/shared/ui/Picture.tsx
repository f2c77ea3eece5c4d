const addresses = new WeakMap<Blob, string>();
const forgotten = new FinalizationRegistry<string>((address) => URL.revokeObjectURL(address));

/**
 * The same one for as long as the picture is in memory. Each new address is one more file to the
 * browser: it reads and decodes it anew and keeps it beside the others, for each of the pictures
 * that change four times a second while the camera is on.
 */
function addressOf(picture: Blob): string {
  const known = addresses.get(picture);
  if (known !== undefined) return known;
  const address = URL.createObjectURL(picture);
  addresses.set(picture, address);
  forgotten.register(picture, address);
  return address;
}

/** A picture that is a file in memory. */
export function Picture({ of, alt = "" }: { of: Blob; alt?: string }) {
  return (
    <img
      src={addressOf(of)}
      alt={alt}
      width="224"
      height="224"
      decoding="async"
      loading="lazy"
      draggable={false}
    />
  );
}
