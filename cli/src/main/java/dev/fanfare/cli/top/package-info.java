/** {@code fanfare top}: how the pipeline does, now. */
@NullMarked
package dev.fanfare.cli.top;

import org.jspecify.annotations.NullMarked;
