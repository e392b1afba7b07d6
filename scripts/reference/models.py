"""Reference values for src/models, from scipy: independent of our code, so that both can't be wrong alike.

On Debian 12 (python3-scipy 1.10.1, numpy 1.24.2):
  apt-get install --no-install-recommends python3-scipy
  /usr/bin/python3 scripts/reference/models.py > src/models/fixtures.json
  npx biome check --write src/models/fixtures.json

`/usr/bin/python3 scripts/reference/models.py --compare src/models/fixtures.json` writes nothing: it says how far the committed values are
from those of the scipy that is installed. scripts/reference/models.R is the second oracle, by evd and mvtnorm of R.

Series are not stored: both sides draw them from the same generator (xoshiro128**, src/models/random.ts) and the same seed.
Takes about a minute. `andersonDarling` is the source of the table in src/models/gpd-goodness.ts.
"""
import json
import math
import sys

import numpy as np
import scipy
from scipy import integrate, optimize, stats

MASK = 0xFFFFFFFF


class Random:
    """xoshiro128** of Blackman and Vigna (2021), its state filled by splitmix32."""

    def __init__(self, seed):
        self.s = []
        self.spare = None
        for _ in range(4):
            seed = (seed + 0x9E3779B9) & MASK
            z = seed
            z = ((z ^ (z >> 16)) * 0x21F0AAAD) & MASK
            z = ((z ^ (z >> 15)) * 0x735A2D97) & MASK
            self.s.append(z ^ (z >> 15))

    def word(self):
        s = self.s
        x = (s[1] * 5) & MASK
        result = (((x << 7) | (x >> 25)) & MASK) * 9 & MASK
        t = (s[1] << 9) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = ((s[3] << 11) | (s[3] >> 21)) & MASK
        return result

    def uniform(self):
        high = self.word() >> 6
        return (high * 67108864 + (self.word() >> 6) + 0.5) / 4503599627370496

    def normal(self):
        """Marsaglia's polar method, both values used."""
        if self.spare is not None:
            value, self.spare = self.spare, None
            return value
        while True:
            u, v = 2 * self.uniform() - 1, 2 * self.uniform() - 1
            q = u * u + v * v
            if 0 < q < 1:
                break
        scale = math.sqrt(-2 * math.log(q) / q)
        self.spare = v * scale
        return u * scale


def garch_series(seed, n, omega, alpha, beta):
    r, variance, out = Random(seed), omega / (1 - alpha - beta), []
    for _ in range(n):
        e = math.sqrt(variance) * r.normal()
        out.append(e)
        variance = omega + alpha * e * e + beta * variance
    return np.array(out)


def gpd_series(seed, n, xi, sigma):
    r = Random(seed)
    return np.array([sigma * ((r.uniform() ** -xi) - 1) / xi for _ in range(n)])


def t_copula_series(seed, n, rho, nu):
    """Columns of a bivariate t; chi square as a sum of squares, so nu is whole."""
    r, out = Random(seed), []
    for _ in range(n):
        a = r.normal()
        b = rho * a + math.sqrt(1 - rho * rho) * r.normal()
        w = math.sqrt(nu / sum(r.normal() ** 2 for _ in range(nu)))
        out.append((a * w, b * w))
    return np.array(out)


def garch():
    """Gaussian likelihood, the variance begun at the sample's own mean square; standard errors from its numerical Hessian."""
    seed, n, omega, alpha, beta = 11, 5000, 0.05, 0.08, 0.9
    y = garch_series(seed, n, omega, alpha, beta)
    y = y - y.mean()
    backcast = float(np.mean(y * y))

    def loss(p, full=False):
        o, a, b = p
        if o <= 0 or a < 0 or b < 0 or a + b >= 1:
            return 1e300
        v, total = o + (a + b) * backcast, 0.0
        for e in y:
            last = v
            total += 0.5 * (math.log(2 * math.pi * v) + e * e / v)
            v = o + a * e * e + b * v
        return (total, last) if full else total

    options = {"xatol": 1e-10, "fatol": 1e-10, "maxiter": 5000, "maxfev": 5000}
    best = optimize.minimize(loss, [0.05, 0.1, 0.85], method="Nelder-Mead", options=options)
    value, last = loss(best.x, True)
    return {
        "seed": seed, "n": n, "true": [omega, alpha, beta], "first": [float(v) for v in garch_series(seed, 3, omega, alpha, beta)],
        "fitted": [float(v) for v in best.x], "standardErrors": standard_errors(loss, best.x),
        "logLikelihood": -float(value), "lastVariance": float(last),
    }


def standard_errors(loss, at):
    size = len(at)
    steps = [1e-3 * max(abs(v), 1e-3) for v in at]
    hessian = np.zeros((size, size))
    for i in range(size):
        for j in range(size):
            total = 0.0
            for s, t in [(1, 1), (1, -1), (-1, 1), (-1, -1)]:
                x = np.array(at, dtype=float)
                x[i] += s * steps[i]
                x[j] += t * steps[j]
                total += s * t * loss(x)
            hessian[i, j] = total / (4 * steps[i] * steps[j])
    return [float(v) for v in np.sqrt(np.diag(np.linalg.inv(hessian)))]


def ewma():
    y = garch_series(11, 5000, 0.05, 0.08, 0.9)

    def loss(lam, full=False):
        v, total = float(np.mean(y * y)), 0.0
        for e in y:
            total += math.log(v) + e * e / v
            v = lam * v + (1 - lam) * e * e
        return (total, v) if full else total

    best = optimize.minimize_scalar(loss, bounds=(0.5, 0.9999), method="bounded", options={"xatol": 1e-10})
    return {"lambda": float(best.x), "nextAtPoint94": loss(0.94, True)[1]}


def gpd():
    out = []
    for seed, n, xi, sigma in [(21, 2000, 0.25, 1.5), (22, 2000, -0.2, 2.0), (23, 400, 0.6, 0.01)]:
        y = gpd_series(seed, n, xi, sigma)

        def loss(p):
            if p[1] <= 0:
                return 1e300
            value = -stats.genpareto.logpdf(y, p[0], scale=p[1]).sum()
            return value if np.isfinite(value) else 1e300

        options = {"xatol": 1e-12, "fatol": 1e-12, "maxiter": 20000, "maxfev": 20000}
        best = optimize.minimize(loss, [0.1, y.mean()], method="Nelder-Mead", options=options)
        out.append({"seed": seed, "n": n, "true": [xi, sigma], "fitted": [float(v) for v in best.x], "logLikelihood": -float(best.fun)})
    return out


def gpd_values():
    rows = []
    for xi in [-0.4, 0.0, 0.3, 0.9]:
        for p in [0.5, 0.01, 1e-6]:
            x = stats.genpareto.isf(p, xi, scale=2.0)
            es = stats.genpareto.mean(xi, scale=2.0 + xi * x) + x  # excesses over x are again GPD, scale sigma + xi x
            rows.append([xi, p, float(x), float(es)])
    return rows


def return_level():
    """Profile likelihood interval of the level passed once a year, thresholds and excesses given."""
    y, zeta, p = gpd_series(24, 300, 0.2, 1.0), 0.05, 1 / 365
    ratio = zeta / p

    def loglik(xi, sigma):
        value = stats.genpareto.logpdf(y, xi, scale=sigma).sum() if sigma > 0 else -np.inf
        return value if np.isfinite(value) else -1e300

    options = {"xatol": 1e-12, "fatol": 1e-12, "maxiter": 20000}
    best = optimize.minimize(lambda q: -loglik(*q), [0.1, 1.0], method="Nelder-Mead", options=options)
    xi, sigma = best.x
    level = sigma / xi * (ratio**xi - 1)

    def profile(x):
        def at(k):
            return -loglik(k, x * k / (ratio**k - 1))

        return -optimize.minimize_scalar(at, bounds=(-0.45, 1.5), method="bounded", options={"xatol": 1e-11}).fun

    cut = -best.fun - stats.chi2.ppf(0.95, 1) / 2
    low = optimize.brentq(lambda x: profile(x) - cut, level * 0.5, level, xtol=1e-10)
    high = optimize.brentq(lambda x: profile(x) - cut, level, level * 4, xtol=1e-10)
    return {"seed": 24, "n": 300, "true": [0.2, 1.0], "share": zeta, "tail": p, "level": float(level), "low": float(low), "high": float(high)}


def anderson_darling_eigenvalues(xi, n=500):
    """Of the limit process with both parameters estimated by likelihood: Choulakian and Stephens (2001), section 4."""
    theta, w = np.polynomial.legendre.leggauss(n)
    theta, w = (theta + 1) * math.pi / 4, w * math.pi / 4
    s, v = np.sin(theta) ** 2, np.cos(theta) ** 2
    w = w * 2 * np.sin(theta) * np.cos(theta)
    y = -np.log(v) if xi == 0 else (v**-xi - 1) / xi
    d_sigma = -(v ** (1 + xi)) * y
    d_xi = -v * y * y / 2 if xi == 0 else v * (np.log(v) + y * v**xi) / xi
    g = np.stack([d_sigma, d_xi])
    inverse = (1 + xi) * np.array([[2.0, -1.0], [-1.0, 1 + xi]])
    kernel = np.minimum.outer(s, s) - np.outer(s, s) - g.T @ inverse @ g
    root = np.sqrt(w / (s * v))
    values = np.linalg.eigvalsh(kernel * np.outer(root, root))
    return np.sort(values[values > 1e-9])[::-1]


def anderson_darling():
    levels = [0.9, 0.75, 0.5, 0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001]
    """Critical values by Imhof (1961) on the eigenvalues."""
    rows = []
    for xi in [-0.5, -0.4, -0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9, 1.2, 1.5]:
        weights = anderson_darling_eigenvalues(xi)
        head, rest = weights[:100], weights[100:].sum()
        u = np.linspace(0, 300, 120001)
        angle, size = np.zeros_like(u), np.zeros_like(u)
        for weight in head:
            angle += 0.5 * np.arctan(weight * u)
            size += 0.25 * np.log1p((weight * u) ** 2)

        def tail(x):
            at = x - rest
            with np.errstate(invalid="ignore", divide="ignore"):
                f = np.sin(angle - 0.5 * at * u) / (u * np.exp(size))
            f[0] = 0.5 * (head.sum() - at)
            return 0.5 + integrate.simpson(f, dx=u[1]) / math.pi

        rows.append([xi] + [round(optimize.brentq(lambda x: tail(x) - p, 0.02, 8), 4) for p in levels])
    return {"levels": levels, "rows": rows}


def t_quantile(nu, p):
    """scipy's before 1.11 is good to 2e-9 only: two steps of Newton on its distribution function, which is good to 1e-14."""
    if p == 0.5:
        return 0.0
    t = float(stats.t.ppf(p, nu))
    for _ in range(2):
        t -= (float(stats.t.cdf(t, nu)) - p) / float(stats.t.pdf(t, nu))
    return t


def distributions():
    zs = [-37.0, -20.0, -7.5, -3.0, -1.0, -0.1, 0.0, 0.5, 2.0, 5.0]
    ps = [1e-300, 1e-100, 1e-20, 1e-9, 0.001, 0.02425, 0.1, 0.25, 0.4, 0.499, 0.5, 0.75, 0.999]
    nus = [1.0, 2.5, 4.0, 10.0, 50.0, 400.0]
    ts = [-1e6, -50.0, -5.0, -1.0, -0.01, 0.0, 0.3, 3.0]
    tps = [1e-20, 1e-9, 0.001, 0.1, 0.25, 0.3, 0.45, 0.5, 0.9]
    return {
        "normalCdf": [[z, float(stats.norm.cdf(z))] for z in zs],
        "normalQuantile": [[p, float(stats.norm.ppf(p))] for p in ps],
        "studentCdf": [[nu, t, float(stats.t.cdf(t, nu))] for nu in nus for t in ts],
        "studentQuantile": [[nu, p, t_quantile(nu, p)] for nu in nus for p in tps],
        "studentLogDensity": [[nu, t, float(stats.t.logpdf(t, nu))] for nu in nus for t in ts],
        "chiSquareTail": [[k, x, float(stats.chi2.sf(x, k))] for k in [1, 2, 5] for x in [0.0, 1e-6, 0.1, 1.0, 3.841458820694124, 30.0, 500.0]],
        "chiSquareQuantile": [[k, p, float(stats.chi2.ppf(p, k))] for k in [1, 2, 5] for p in [1e-6, 0.05, 0.5, 0.95, 0.999999]],
    }


def backtests():
    def xlogy(a, b):
        return 0.0 if a == 0 else a * math.log(b)

    def lr(n, x, p):
        q = x / n
        return 2 * (xlogy(n - x, 1 - q) + xlogy(x, q) - xlogy(n - x, 1 - p) - xlogy(x, p))

    rows = []
    for n, x, p in [(250, 7, 0.01), (1000, 10, 0.01), (250, 0, 0.01), (250, 250, 0.01), (500, 40, 0.05)]:
        s = max(0.0, lr(n, x, p))
        rows.append([n, x, p, s, float(stats.chi2.sf(s, 1))])
    r = Random(31)
    hits = [1 if r.uniform() < 0.08 else 0 for _ in range(400)]
    hits = [1 if h or (i > 0 and hits[i - 1] and i % 3 == 0) else 0 for i, h in enumerate(hits)]
    n = [[0, 0], [0, 0]]
    for a, b in zip(hits, hits[1:]):
        n[a][b] += 1
    p01, p11, p1 = n[0][1] / sum(n[0]), n[1][1] / sum(n[1]), (n[0][1] + n[1][1]) / (len(hits) - 1)
    ind = 2 * (
        xlogy(n[0][0], 1 - p01) + xlogy(n[0][1], p01) + xlogy(n[1][0], 1 - p11) + xlogy(n[1][1], p11)
        - xlogy(n[0][0] + n[1][0], 1 - p1) - xlogy(n[0][1] + n[1][1], p1)
    )
    cc = lr(len(hits), sum(hits), 0.05) + ind
    return {
        "kupiec": rows,
        "christoffersen": {"seed": 31, "hits": sum(hits), "independence": [ind, float(stats.chi2.sf(ind, 1))], "conditional": [cc, float(stats.chi2.sf(cc, 2))]},
    }


def copula():
    seed, n, rho, nu = 41, 3000, 0.5, 4
    xy = t_copula_series(seed, n, rho, nu)
    tau = float(stats.kendalltau(xy[:, 0], xy[:, 1]).statistic)
    r = math.sin(math.pi * tau / 2)
    u = np.stack([stats.rankdata(xy[:, k]) / (n + 1) for k in range(2)])

    def loglik(v):
        x, y = stats.t.ppf(u, v)
        joint = stats.multivariate_t.logpdf(np.stack([x, y], 1), shape=[[1, r], [r, 1]], df=v)
        return float((joint - stats.t.logpdf(x, v) - stats.t.logpdf(y, v)).sum())

    best = optimize.minimize_scalar(lambda a: -loglik(math.exp(a)), bounds=(0, math.log(100)), method="bounded", options={"xatol": 1e-10})
    top, v = -best.fun, math.exp(best.x)
    cut = top - stats.chi2.ppf(0.95, 1) / 2
    low = optimize.brentq(lambda a: loglik(a) - cut, 1, v, xtol=1e-8)
    high = optimize.brentq(lambda a: loglik(a) - cut, v, 100, xtol=1e-8)
    random = Random(42)
    tied = [(int(random.uniform() * 6), int(random.uniform() * 4)) for _ in range(200)]
    tied = [(a, b + (a if i % 2 else 0)) for i, (a, b) in enumerate(tied)]

    def student2(a, b, rho, nu):
        def inner(x):
            scale = math.sqrt((nu + x * x) / (nu + 1) * (1 - rho * rho))
            return stats.t.pdf(x, nu) * stats.t.cdf((b - rho * x) / scale, nu + 1)

        return integrate.quad(inner, -np.inf, a, epsabs=0, epsrel=1e-11, limit=500)[0]

    def normal2(a, b, rho):
        return integrate.quad(lambda x: stats.norm.pdf(x) * stats.norm.cdf((b - rho * x) / math.sqrt(1 - rho * rho)), -np.inf, a, epsabs=0, epsrel=1e-11)[0]

    def student3(b, corr, nu):
        """Over the mixing variable and two normals, by nested quadrature: P(all below)."""
        def given(s):
            def inner(x):
                m = np.array([corr[0][1], corr[0][2]]) * x
                c = np.array([[1 - corr[0][1] ** 2, corr[1][2] - corr[0][1] * corr[0][2]], [0, 1 - corr[0][2] ** 2]])
                da, db = math.sqrt(c[0, 0]), math.sqrt(c[1, 1])
                return stats.norm.pdf(x) * normal2_fast((b[1] * s - m[0]) / da, (b[2] * s - m[1]) / db, c[0, 1] / (da * db))

            return integrate.quad(inner, -np.inf, b[0] * s, epsrel=1e-7, limit=200)[0]

        return integrate.quad(lambda s: given(s) * stats.chi.pdf(s * math.sqrt(nu), nu) * math.sqrt(nu), 0, 6, epsrel=1e-6, limit=200)[0]

    nodes, weights = np.polynomial.legendre.leggauss(60)

    def normal2_fast(h, k, rho):
        t = (nodes + 1) / 2 * math.asin(rho)
        e = np.exp(-(h * h + k * k - 2 * h * k * np.sin(t)) / (2 * np.cos(t) ** 2))
        return stats.norm.cdf(h) * stats.norm.cdf(k) + math.asin(rho) / 2 * (weights * e).sum() / (2 * math.pi)

    corr3 = [[1, 0.5, 0.3], [0.5, 1, 0.4], [0.3, 0.4, 1]]
    return {
        "seed": seed, "n": n, "true": [rho, nu], "tau": tau, "nu": v, "nuLow": low, "nuHigh": high, "logLikelihood": top,
        "tied": {"seed": 42, "tau": float(stats.kendalltau(*zip(*tied)).statistic)},
        "bivariate": [[a, b, c, d, student2(a, b, c, d)] for a, b, c, d in [(-2, -1.5, 0.6, 4), (-6, -9, 0.3, 2.5), (-1, 0.5, -0.7, 8)]],
        "bivariateNormal": [[a, b, c, normal2(a, b, c)] for a, b, c in [(-2, -1.5, 0.6), (-5, -4, 0.5), (0.3, -1, -0.6)]],
        "trivariate": {"correlation": corr3, "nu": 4, "tail": 0.01, "probability": student3([stats.t.ppf(0.01, 4)] * 3, corr3, 4)},
        "clipped": clipped(),
        "tailDependence": [[r_, n_, float(2 * stats.t.cdf(-math.sqrt((n_ + 1) * (1 - r_) / (1 + r_)), n_ + 1))] for r_, n_ in [(0.5, 4), (0.0, 4), (-0.5, 3), (0.9, 10)]],
    }


def clipped():
    m = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    values, vectors = np.linalg.eigh(m)
    fixed = vectors @ np.diag(np.maximum(values, 1e-4)) @ vectors.T
    d = np.sqrt(np.diag(fixed))
    return (fixed / np.outer(d, d)).tolist()


def everything():
    r = Random(1)
    return {
        "madeBy": f"scripts/reference/models.py with python {sys.version.split()[0]}, scipy {scipy.__version__}, numpy {np.__version__}",
        "random": {"seed": 1, "words": [r.word() for _ in range(6)]},
        "distributions": distributions(), "ewma": ewma(), "garch": garch(), "gpdValues": gpd_values(), "gpd": gpd(),
        "returnLevel": return_level(), "andersonDarling": anderson_darling(), "backtests": backtests(), "copula": copula(),
    }


def compare(path, ours, theirs):
    """Greatest relative difference below each name."""
    if isinstance(ours, dict):
        worst = 0.0
        for name in sorted(set(ours) | set(theirs)):
            if name == "madeBy":
                continue
            worst = max(worst, compare(f"{path}/{name}", ours.get(name), theirs.get(name)))
        return worst
    if isinstance(ours, list):
        if not isinstance(theirs, list) or len(ours) != len(theirs):
            print(f"{path}: differs in size")
            return math.inf
        return max([compare(f"{path}/{i}", a, b) for i, (a, b) in enumerate(zip(ours, theirs))], default=0.0)
    if ours is None or theirs is None:
        print(f"{path}: only on one side")
        return math.inf
    difference = abs(ours - theirs) / max(abs(ours), abs(theirs), 1e-300)
    if difference > 1e-9:
        print(f"{path}: {theirs} committed, {ours} now, relative difference {difference:.1e}")
    return difference


if __name__ == "__main__":
    if sys.argv[1:2] == ["--compare"]:
        with open(sys.argv[2]) as file:
            print(f"greatest relative difference: {compare('', everything(), json.load(file)):.1e}")
    elif sys.argv[1:2] == ["--excesses"]:
        seed, n, xi, sigma = sys.argv[2:6]
        print("\n".join(repr(float(y)) for y in gpd_series(int(seed), int(n), float(xi), float(sigma))))
    else:
        json.dump(everything(), sys.stdout, indent=1)
