/** What became of one event, from the topics alone. */
@NullMarked
package dev.fanfare.cli.story;

import org.jspecify.annotations.NullMarked;
