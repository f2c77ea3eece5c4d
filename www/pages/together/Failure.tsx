/** An error as the package words it, with its code. */
export function Failure({ error }: { error: unknown }) {
  if (error === undefined) return null;
  const { code, message } = error as { code?: string; message?: string };
  return (
    <p class="error" role="alert">
      {code !== undefined && <code>{code}</code>}
      <span>{message ?? String(error)}</span>
    </p>
  );
}
