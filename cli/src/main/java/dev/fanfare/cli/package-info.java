/** The {@code fanfare} command: runs a role, operates the pipeline. */
@NullMarked
package dev.fanfare.cli;

import org.jspecify.annotations.NullMarked;
