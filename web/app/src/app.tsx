import type { ReactElement } from 'react';
import { HomePage } from './home/home-page.js';
import { MeetingPage } from './meeting/meeting-page.js';
import { useRoute } from './routing/use-route.js';
import { MessagePage } from './ui/message-page.js';

export function App(): ReactElement {
  const route = useRoute();
  switch (route.kind) {
    case 'Home':
      return <HomePage />;
    case 'Meeting':
      return <MeetingPage key={route.meetingId} meetingId={route.meetingId} region={route.region} />;
    case 'NotFound':
      return (
        <MessagePage
          title="There is no such page"
          text="A meeting's link looks like /m/abc-defg-hij. Check the link, or enter the meeting's id."
        />
      );
  }
}
