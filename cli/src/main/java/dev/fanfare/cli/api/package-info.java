/** Commands that work through Fanfare's HTTP interface. */
@NullMarked
package dev.fanfare.cli.api;

import org.jspecify.annotations.NullMarked;
