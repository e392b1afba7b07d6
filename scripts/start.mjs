// The main job on the embedded lab: `npm start -- --keep` and the like go to the drill.
import { spawn } from 'node:child_process'
import { join } from 'node:path'

const args = process.argv.slice(2)
const named = ['--scenario', '--scenarios', '--all', '--list'].some((flag) => args.includes(flag))
  ? []
  : ['--scenario', 'oracle-takeover', '--show']
const child = spawn(process.execPath, [join(import.meta.dirname, '../bin/firebreak.mjs'), 'drill', ...named, ...args], { stdio: 'inherit' })
// Ctrl-C reaches the child from the terminal too; it ends in its own time
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)))
