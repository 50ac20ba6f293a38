/** How commands show things: tables, JSON, colours, progress. */
@NullMarked
package dev.fanfare.cli.output;

import org.jspecify.annotations.NullMarked;
