/** Which Kafka cluster and which Fanfare a command talks to. */
@NullMarked
package dev.fanfare.cli.cluster;

import org.jspecify.annotations.NullMarked;
