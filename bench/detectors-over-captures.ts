// What every built-in detector finds in the captures of a drill, quiet scenarios above all: `npx firebreak drill --capture DIR`, then
// `node --import tsx bench/detectors-over-captures.ts DIR`. One row a scenario, detector and severity.
import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { loadConfig } from '../src/cli/load-config.ts'
import { align } from '../src/cli/show.ts'
import type { Config } from '../src/config.ts'
import type { Finding } from '../src/core/flow.ts'
import type { BoundDetector } from '../src/detect/define.ts'
import { detectors } from '../src/detect/index.ts'
import { replay } from '../src/tools/replay.ts'

const NAME = /^(.+)-((?:unguarded|guarded).*)-([a-z])\.jsonl$/
const folder = resolve(process.argv[2] ?? 'captures')
if (!existsSync(folder)) {
  console.error(`${folder} is not there; make it by: npx firebreak drill --all --capture ${folder}`)
  process.exit(2)
}
const all = Object.values(detectors).map((make) => (make as () => BoundDetector)())
const rows: string[][] = [['scenario', 'run', 'detector', 'severity', 'findings', 'subjects', 'first block', 'for example']]
for (const file of readdirSync(folder).sort()) {
  const [, scenario, run, node] = NAME.exec(file) ?? []
  if (!scenario || !run || node !== 'a') continue
  const config: Config = { ...(await loadConfig(join('.firebreak', 'drill', scenario, run, 'firebreak.config.ts'))), detectors: all }
  const found = new Map<string, Finding[]>()
  await replay(config, join(folder, file), (entry) => {
    if (entry.kind !== 'finding') return
    const finding = entry.body as Finding
    const key = `${finding.detector} ${finding.severity}`
    found.set(key, [...(found.get(key) ?? []), finding])
  })
  for (const [key, list] of [...found].sort())
    rows.push([
      scenario,
      run,
      ...key.split(' '),
      String(list.length),
      String(new Set(list.map(({ subject }) => subject.id)).size),
      String(list[0]?.block),
      list[0]?.summary ?? '',
    ])
}
for (const line of align(rows)) console.log(line)
