/** The macro benchmark of the dispatcher: a broker, a dispatcher and an nginx receiver, each a process of its own. */
@NullMarked
package dev.fanfare.benchmarks.dispatcher;

import org.jspecify.annotations.NullMarked;
