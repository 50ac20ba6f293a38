/** A receiver to try webhooks out with: verifies, prints, and fails on request. */
@NullMarked
package dev.fanfare.cli.listen;

import org.jspecify.annotations.NullMarked;
