/** What Pods of an install run as, by the Pod Security level `restricted`. The user is that of the image, named so that the kubelet can tell that it is not root. */
const UID = 61100;

export const POD_SECURITY = { runAsNonRoot: true, runAsUser: UID, runAsGroup: UID, seccompProfile: { type: 'RuntimeDefault' } };

export const CONTAINER_SECURITY = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } };
