/** Numbers as bars: a table that is read as one, with a picture beside each number. */

interface Part {
  readonly length: number;
  readonly class?: string;
}

export interface Bar {
  readonly name: string;
  readonly parts: readonly Part[];
  /** The numbers in words: the picture says nothing that does not stand here. */
  readonly said: string;
}

export function Bars({ caption, rows }: { readonly caption: string; readonly rows: readonly Bar[] }) {
  if (rows.length === 0) {
    return null;
  }
  const longest = Math.max(...rows.map(({ parts }) => sum(parts))) || 1;
  return (
    <table class="sent__bars">
      <caption class="govuk-table__caption govuk-table__caption--s">{caption}</caption>
      <tbody>
        {rows.map(({ name, parts, said }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td class="sent__bar">
              <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                {parts.map(({ length, class: look }, at) => (
                  <rect
                    key={at}
                    class={look}
                    x={(100 * sum(parts.slice(0, at))) / longest}
                    width={(100 * length) / longest}
                    height="10"
                  />
                ))}
              </svg>
            </td>
            <td>{said}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const sum = (parts: readonly Part[]): number => parts.reduce((total, part) => total + part.length, 0);
