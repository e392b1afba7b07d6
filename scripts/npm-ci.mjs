// Runs `npm ci` in a folder as if nobody had run npm around it; gives the exit code, or the signal.
import { spawnSync } from 'node:child_process'

/** npm hands its own settings to what it runs; an `npm ci` inside must not inherit `omit=dev` and the like. */
const KEPT = /^npm_config_(registry|userconfig|globalconfig|cache|prefix|https?_proxy|noproxy|cafile|offline|prefer_offline)$/i
const INHERITED = /^npm_(config|lifecycle|package|command|execpath|node_execpath)/i

export function npmCi(cwd, ...more) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => KEPT.test(key) || !INHERITED.test(key)))
  delete env.NODE_ENV // NODE_ENV=production would leave the dev dependencies out
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error', ...more]
  const npm = process.env.npm_execpath
  const run = npm
    ? spawnSync(process.execPath, [npm, ...args], { cwd, env, stdio: 'inherit' })
    : spawnSync('npm', args, { cwd, env, stdio: 'inherit', shell: process.platform === 'win32' })
  return run.status ?? run.signal
}
