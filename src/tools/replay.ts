// Folds a capture again: the same inputs give the same entries, byte for byte; the fold hash says so in one line.
import type { Config } from '../config.ts'
import { UserError } from '../core/errors.ts'
import type { Entry, Hex } from '../core/flow.ts'
import { Fold } from '../fold.ts'
import { readCapture } from '../ingest/capture.ts'
import { GENESIS, nextFoldHash } from '../record/log.ts'
import { rulesOf } from '../rules.ts'
import { stateHash } from '../store/checkpoint.ts'

export interface Replayed {
  readonly inputs: number
  readonly entries: number
  readonly head: number | undefined
  readonly foldHash: Hex
  readonly stateHash: Hex
}

export async function replay(config: Config, file: string, onEntry?: (entry: Entry) => void): Promise<Replayed> {
  const rules = rulesOf(config)
  const fold = new Fold(rules)
  const capture = await readCapture(file)
  if (capture.header.chainId !== rules.chainId)
    throw new UserError(`--replay ${file}`, `chain ${capture.header.chainId}`, `chain ${rules.chainId}, as in the config`)
  let foldHash = GENESIS
  let inputs = 0
  let entries = 0
  for await (const input of capture.inputs) {
    inputs += 1
    for (const entry of fold.step(input).entries) {
      entries += 1
      foldHash = nextFoldHash(foldHash, entry)
      onEntry?.(entry)
    }
  }
  return { inputs, entries, head: fold.head?.number, foldHash, stateHash: stateHash(fold.world.store.dump()) }
}
