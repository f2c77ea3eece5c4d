import { useEffect, useState } from "preact/hooks";

/** A picture that is a file in memory. Its address is freed with it. */
export function Picture({ of, alt = "" }: { of: Blob; alt?: string }) {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(of);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [of]);
  return (
    <img
      src={url}
      alt={alt}
      width="224"
      height="224"
      decoding="async"
      loading="lazy"
      draggable={false}
    />
  );
}
