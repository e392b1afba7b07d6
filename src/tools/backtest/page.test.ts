import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CHAIN_ID } from '../../../test/builders.ts'
import { canonical, sha256 } from '../../core/canonical.ts'
import { openHistory } from '../../history/history.ts'
import { chain, rules } from './backtest.builders.ts'
import { backtest } from './backtest.ts'
import type { BacktestDocument } from './document.ts'
import { escapeHtml, escapeJson } from './html.ts'
import { pageOf } from './page.ts'

let folder: string
let document: BacktestDocument
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'firebreak-page-'))
  const history = openHistory(folder, CHAIN_ID)
  history.append(chain(130), 'capture')
  const labels = [{ from: 118, to: 125, name: 'the jump', subject: undefined }]
  const result = await backtest({ rules: rules(), history, from: 1, to: 140, labels })
  if (result.kind === 'done') document = result.document
})
afterAll(() => rmSync(folder, { recursive: true }))

/** What stands in the page besides scripts, style and data. */
const markup = (page: string): string => page.replace(/<(script|style)[^>]*>[\s\S]*?<\/\1>/g, '')
const inlined = (page: string, tag: string): readonly string[] =>
  [...page.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, 'g'))].map(([, text]) => text ?? '')

describe('the page', () => {
  test('has the figures as text, and says what it is not', () => {
    const text = markup(pageOf(document))
    for (const part of ['Nothing was simulated', 'oracle-jump', 'the jump', '100.0 % (1 of 1', 'execute borrowCap', 'not in history'])
      expect(text).toContain(part)
    expect(text).toContain('Not all of it was seen: 0 ranges in which a protocol was blind, 1 gaps')
  })

  test('the same document, the same bytes', () => {
    expect(sha256(pageOf(structuredClone(document)))).toBe(sha256(pageOf(document)))
  })

  test('asks nobody for anything: no address in an attribute or a style, and a policy that forbids it', () => {
    const page = pageOf(document)
    expect(markup(page)).not.toMatch(/\s(src|href|srcset|action|style|on\w+)\s*=|<(link|img|iframe|object|embed|base|form)\b|https?:/i)
    for (const style of inlined(page, 'style')) expect(style).not.toMatch(/url\(|@import|https?:/i)
    expect(page).toContain("default-src 'none'")
    expect(page).not.toContain('unsafe-inline')
  })

  test('the policy names the hash of the one script and the one style', () => {
    const page = pageOf(document)
    for (const tag of ['script', 'style'] as const) {
      const texts = inlined(page, tag)
      expect(texts).toHaveLength(1)
      const hash = Buffer.from(sha256(texts[0] ?? '').slice(2), 'hex').toString('base64')
      expect(page).toContain(`${tag}-src 'sha256-${hash}'`)
    }
  })

  test('what chains, labels and configs say is never markup', () => {
    const evil = `</script><img src=x onerror="alert('1')">&\u202e\u2028`
    const poison = (value: unknown): unknown => {
      if (typeof value === 'string') return evil
      if (Array.isArray(value)) return value.map(poison)
      if (typeof value !== 'object' || value === null) return value
      return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, poison(member)]))
    }
    const weeks = document.weeks.map((week) => ({ ...week, alerts: { [evil]: 3 } }))
    const page = pageOf({ ...(poison(document) as BacktestDocument), weeks })
    expect(page).not.toContain('<img')
    expect(page).not.toContain('\u202e')
    expect(markup(page)).toContain('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;??')
    expect(page.match(/<script/g)).toHaveLength(2)
    expect(page.match(/<\/script>/g)).toHaveLength(2)
  })

  test('edge: nothing was there at all', () => {
    const range = { ...document.range, first: null, last: null, blocks: 0 }
    const empty: BacktestDocument = { ...document, range, weeks: [], timeline: { blocksPerBin: 1, bins: [] }, labels: null }
    expect(markup(pageOf(empty))).toContain('No block of the range is in history.')
  })
})

test('data in the page is the same JSON, escaped', () => {
  const value = { a: '</script>', b: '\u2028&', c: 1 }
  expect(escapeJson(canonical(value))).not.toMatch(/[<>&\u2028]/)
  expect(JSON.parse(escapeJson(canonical(value)))).toEqual(value)
  expect(escapeHtml(`<a href="x">'&'</a>\n`)).toBe('&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;?')
})
