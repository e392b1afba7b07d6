// Installs the libraries that only benches compare with, once; without a registry the figures beside them are left out.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { npmCi } from '../scripts/npm-ci.mjs'

const folder = join(import.meta.dirname, 'rivals')
if (!existsSync(join(folder, 'node_modules', 'ethers'))) {
  console.log('bench: installing ethers in bench/rivals, to compare with')
  if (npmCi(folder, '--ignore-scripts') !== 0) console.log('bench: ethers could not be installed; its figures are left out')
}
