# Second oracle for src/models: GPD fits by evd, and three variables of a t together by mvtnorm. Prints; the tests hold the values.
#
#   apt-get install --no-install-recommends r-base-core r-cran-evd r-cran-mvtnorm
#   Rscript scripts/reference/models.R
#
# The excesses are drawn as in models.py (seed 21: 2,000 of shape 0.25 and scale 1.5), which writes them: see --excesses there.
library(evd)
library(mvtnorm)

cat(R.version.string, "evd", as.character(packageVersion("evd")), "mvtnorm", as.character(packageVersion("mvtnorm")), "\n")
python <- Sys.getenv("PYTHON", "/usr/bin/python3")
excesses <- scan(pipe(paste(python, "scripts/reference/models.py --excesses 21 2000 0.25 1.5")), quiet = TRUE)
fit <- fpot(excesses, 0, std.err = TRUE, control = list(reltol = 1e-14, maxit = 5000))
print(c(fit$estimate, deviance = fit$deviance), digits = 10)
print(fit$std.err, digits = 8)

corr <- matrix(c(1, 0.5, 0.3, 0.5, 1, 0.4, 0.3, 0.4, 1), 3)
set.seed(1)
all3 <- function(p, nu) {
  x <- qt(p, nu)
  pmvt(lower = rep(-Inf, 3), upper = x, df = nu, corr = corr, algorithm = GenzBretz(maxpts = 5e7, abseps = 1e-12, releps = 1e-6))
}
print(all3(c(0.01, 0.01, 0.01), 4), digits = 10)
print(all3(c(0.001, 0.02, 0.005), 3), digits = 10)
print(pmvt(lower = c(-Inf, -Inf), upper = c(-2, -1.5), df = 4, corr = matrix(c(1, 0.6, 0.6, 1), 2), algorithm = TVPACK(abseps = 1e-12)), digits = 12)
print(pmvnorm(upper = c(-2, -1.5), corr = matrix(c(1, 0.6, 0.6, 1), 2)), digits = 12)

# The two-sided 95 % bounds of src/tools/clopper-pearson.test.ts: what was seen, of how many, low, high.
for (seen in list(c(1, 1), c(3, 7), c(5, 10), c(1, 20), c(10, 100), c(17, 61), c(199, 200), c(4, 12345)))
  cat(seen, format(binom.test(seen[1], seen[2])$conf.int, digits = 15), "\n")
