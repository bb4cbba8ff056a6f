
# The environment of ZooKeeper's scripts on this host.
export JAVA_HOME={{ java64_home }}
export ZOOPIDDIR={{ zk_pid_dir }}
export ZOO_LOG_DIR={{ zk_log_dir }}
export SERVER_JVMFLAGS="-Xms32m -Xmx{{ zk_server_heapsize }}"
