//! Long trials that run outside the tests, and shortened within `npm test`: each is a program of its own in this package.
