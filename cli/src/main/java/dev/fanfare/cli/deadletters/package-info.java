/** The {@code dlq} command: look at dead letters, send them on their way again, or away. */
@NullMarked
package dev.fanfare.cli.deadletters;

import org.jspecify.annotations.NullMarked;
