package dev.fanfare.cli.cluster;

import dev.fanfare.cli.log.LogSettings;
import dev.fanfare.control.ControlSettings;
import dev.fanfare.dispatcher.DispatcherSettings;
import dev.fanfare.ingest.IngestSettings;
import dev.fanfare.retry.RetrySettings;
import dev.fanfare.router.RouterSettings;
import dev.fanfare.runtime.config.TopicSettings;
import dev.fanfare.runtime.http.AccessSettings;
import dev.fanfare.runtime.http.HttpSettings;
import dev.fanfare.runtime.lifecycle.HealthSettings;
import dev.fanfare.runtime.metric.MetricsSettings;
import dev.fanfare.runtime.secret.SecretSettings;
import dev.fanfare.runtime.trace.TracingSettings;
import java.util.List;

/** Every section of the settings. All commands know all of them, so that one file and one environment serve all. */
public final class Sections {
    /** In the order of the documentation. */
    public static final List<Class<?>> ALL = List.of(
            HttpSettings.class,
            AccessSettings.class,
            SecretSettings.class,
            TopicSettings.class,
            ProcessSettings.class,
            LogSettings.class,
            TracingSettings.class,
            HealthSettings.class,
            MetricsSettings.class,
            IngestSettings.class,
            RouterSettings.class,
            DispatcherSettings.class,
            RetrySettings.class,
            ControlSettings.class);

    private Sections() {}
}
