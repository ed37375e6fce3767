import { catalogueSegments } from '../../params/catalogue';

export const entries = () => catalogueSegments.map((catalogue) => ({ catalogue }));
