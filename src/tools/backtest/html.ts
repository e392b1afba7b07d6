// Text as HTML. What a chain or a config says is never markup.

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** For element content and quoted attributes. Characters that turn the direction of text or move a line are shown as a question mark. */
export const escapeHtml = (text: string): string =>
  text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, '?').replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c)

/** For a script element of type application/json: nothing in it can end the element. */
export const escapeJson = (json: string): string =>
  json.replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)

export interface Column<T> {
  readonly head: string
  /** Plain text; escaped here. */
  readonly cell: (row: T) => string
  readonly number?: boolean
}

/** A table that scrolls by itself on a narrow screen, also by keyboard. */
export function table<T>(caption: string, columns: readonly Column<T>[], rows: readonly T[]): string {
  const kind = ({ number }: Column<T>): string => (number ? ' class="number"' : '')
  const head = columns.map((c) => `<th scope="col"${kind(c)}>${escapeHtml(c.head)}</th>`).join('')
  const body = rows.map((row) => `<tr>${columns.map((c) => `<td${kind(c)}>${escapeHtml(c.cell(row))}</td>`).join('')}</tr>`)
  return `<div class="scroll" role="region" tabindex="0" aria-label="${escapeHtml(caption)}">
<table><caption>${escapeHtml(caption)}</caption><thead><tr>${head}</tr></thead><tbody>
${body.join('\n')}
</tbody></table></div>`
}
