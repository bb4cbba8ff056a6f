
#!/bin/bash

# The environment of Kafka's scripts on this host.
export JAVA_HOME={{ java64_home }}
export PATH="$JAVA_HOME/bin:$PATH"
export PID_DIR={{ kafka_pid_dir }}
export LOG_DIR={{ kafka_log_dir }}
export KAFKA_HEAP_OPTS="-Xms64m -Xmx256m"
export KAFKA_LOG4J_OPTS="-Dlog4j.configuration=file:{{ conf_dir }}/log4j.properties"
{% if kafka_user_nofile_limit %}ulimit -n "$(ulimit -H -n)"
{% endif %}
# Settings of this site, where there are any.
if [ -r "{{ conf_dir }}/kafka-site-env.sh" ]; then
  . "{{ conf_dir }}/kafka-site-env.sh"
fi
