// Folds every capture of a drill again and compares it with what its node wrote: the same inputs must give the same bytes.
// First `npx firebreak drill --all --capture DIR`, then `npm run bench:replay -- DIR`, in the same folder.
import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { loadConfig } from '../src/cli/load-config.ts'
import { align } from '../src/cli/show.ts'
import { openRecordReadOnly } from '../src/record/record.ts'
import { replay } from '../src/tools/replay.ts'

/** As the drill names them: scenario, part of it, node. */
const NAME = /^(.+)-((?:unguarded|guarded).*)-([a-z])\.jsonl$/

const folder = resolve(process.argv[2] ?? 'captures')
if (!existsSync(folder)) {
  console.error(`bench:replay: ${folder} is not there; make it by: npx firebreak drill --all --capture ${folder}`)
  process.exit(2)
}
const rows: string[][] = [['scenario', 'run', 'node', 'inputs', 'entries', 'seconds', 'same bytes']]
let differ = 0
for (const file of readdirSync(folder).sort()) {
  const [, scenario, run, node] = NAME.exec(file) ?? []
  if (!scenario || !run || !node) continue
  const drill = join('.firebreak', 'drill', scenario, run)
  const startedMs = performance.now()
  const folded = await replay(await loadConfig(join(drill, 'firebreak.config.ts')), join(folder, file))
  const record = openRecordReadOnly(join(drill, `node-${node}`))
  const wrote = record.foldHead()
  record.close()
  const same = wrote.hash === folded.foldHash && wrote.count === folded.entries
  if (!same) differ += 1
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
  rows.push([
    scenario,
    run,
    node,
    String(folded.inputs),
    String(folded.entries),
    seconds,
    same ? 'yes' : `NO: ${folded.entries} entries, the node wrote ${wrote.count}`,
  ])
}
for (const line of align(rows)) console.log(line)
console.log(`\n${rows.length - 1} captures, ${differ} differ`)
process.exitCode = differ === 0 && rows.length > 1 ? 0 : 1
