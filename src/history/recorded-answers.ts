// Recorded answers of a node in files: lists of {request, response} as JSON, zipped or not, alone or in a tar.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { z } from 'zod'
import { BadDataError, UserError } from '../core/errors.ts'

export interface RecordedAnswer {
  /** The file, and which of its answers. */
  readonly from: string
  readonly method: string
  readonly params: readonly unknown[]
  /** undefined: the node answered with an error. */
  readonly result: unknown
}

const pairsSchema = z.array(
  z.object({
    request: z.object({ method: z.string(), params: z.array(z.unknown()).default([]) }),
    response: z.object({ result: z.unknown().optional() }),
  }),
)
const NAME = /\.(json|json\.gz|tar|tar\.gz|tgz)$/
const TAR_BLOCK_BYTES = 512

/**
 * Of all such files below a folder, in the order of their names; or of one file.
 * @param onSkipped hears of files that hold what we don't read
 * @throws UserError if there is nothing to read, BadDataError for a file that is something else
 */
export function* recordedAnswers(path: string, onSkipped: (why: string) => void): Generator<RecordedAnswer, void> {
  for (const file of filesUnder(path))
    for (const { name, bytes } of documentsOf(file, onSkipped)) {
      const parsed = pairsSchema.safeParse(jsonOf(name, bytes))
      if (!parsed.success) {
        const issue = parsed.error.issues[0]
        throw new BadDataError({ from: name, what: `its ${issue?.path.join('.') || 'content'}`, got: issue?.message, want: WANT })
      }
      for (const [n, { request, response }] of parsed.data.entries())
        yield { from: `${name}, answer ${n}`, method: request.method, params: request.params, result: response.result }
    }
}

const WANT = 'a list of {request, response} of a JSON-RPC node'

function filesUnder(path: string): readonly string[] {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat) throw new UserError('recorded answers', path, 'a folder or file that exists')
  if (stat.isFile()) return [path]
  const names = readdirSync(path, { recursive: true }).map(String)
  const files = names.filter((name) => NAME.test(name)).sort()
  if (files.length === 0) throw new UserError('recorded answers', path, 'a folder with .json, .json.gz or .tar.gz files')
  return files.map((name) => join(path, name)).filter((file) => statSync(file).isFile())
}

interface Document {
  readonly name: string
  readonly bytes: Buffer
}

function* documentsOf(file: string, onSkipped: (why: string) => void): Generator<Document, void> {
  const raw = readFileSync(file)
  const bytes = raw[0] === 0x1f && raw[1] === 0x8b ? unzipped(file, raw) : raw
  if (bytes.toString('latin1', 0, 3) === 'BZh') return onSkipped(`${file}: compressed with bzip2, which is not read`)
  if (bytes.toString('latin1', 257, 262) === 'ustar') return yield* tarred(file, bytes)
  yield { name: file, bytes }
}

function unzipped(file: string, raw: Buffer): Buffer {
  try {
    return gunzipSync(raw)
  } catch (cause) {
    throw new BadDataError({ from: file, what: 'its compression', got: (cause as Error).message, want: 'a whole gzip file' })
  }
}

/** Plain files named .json; headers of other kinds (folders, long names of pax) are passed over. */
function* tarred(file: string, bytes: Buffer): Generator<Document, void> {
  for (let at = 0; at + TAR_BLOCK_BYTES <= bytes.length; ) {
    const text = (from: number, length: number): string => bytes.toString('latin1', at + from, at + from + length).replace(/[\0 ].*$/s, '')
    const name = text(0, 100)
    if (name === '') return // two blocks of zeros end it
    const size = Number.parseInt(text(124, 12) || '0', 8)
    const start = at + TAR_BLOCK_BYTES
    if (!(start + size <= bytes.length))
      throw new BadDataError({ from: file, what: `the size of ${name}`, got: text(124, 12), want: 'a whole tar file' })
    const kind = text(156, 1)
    if ((kind === '' || kind === '0') && name.endsWith('.json'))
      yield { name: `${file}:${name}`, bytes: bytes.subarray(start, start + size) }
    at = start + Math.ceil(size / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES
  }
}

function jsonOf(name: string, bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (cause) {
    throw new BadDataError({ from: name, what: 'its text', got: (cause as Error).message, want: `JSON: ${WANT}` })
  }
}
