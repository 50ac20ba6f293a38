/** Runs roles in this process. */
@NullMarked
package dev.fanfare.cli.process;

import org.jspecify.annotations.NullMarked;
