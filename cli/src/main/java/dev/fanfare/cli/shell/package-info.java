/** What a command was started in, how it ends early, and what it says when it fails. */
@NullMarked
package dev.fanfare.cli.shell;

import org.jspecify.annotations.NullMarked;
